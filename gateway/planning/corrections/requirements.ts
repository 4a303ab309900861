import { type ConstDirectiveNode, type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { argumentText, graphNames, selectionOf } from '../../supergraph/join-directives.js';

/** A tree of field names, ignoring type conditions. */
export type FieldTree = ReadonlyMap<string, FieldTree>;

/** Required fields and keys of entities by subgraph. */
export class Requirements {
  private readonly required = new Map<string, FieldTree>();
  private readonly keys = new Map<string, Set<string>>();

  constructor(supergraph: DocumentNode) {
    const graphs = graphNames(supergraph);
    for (const type of supergraph.definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
      for (const { service, tree } of namedFields(type, 'key', graphs))
        this.addKey(`${service} ${type.name.value}`, tree);
      for (const field of type.fields ?? []) {
        for (const { service, tree } of namedFields(field, 'requires', graphs))
          this.required.set(`${service} ${type.name.value}.${field.name.value}`, tree);
      }
    }
  }

  /** Whether no field requires any other. */
  get none(): boolean {
    return this.required.size === 0;
  }

  /** Fields of the subgraph's `@requires`; undefined when the key is sufficient. */
  ofField(service: string, type: string, field: string): FieldTree | undefined {
    return this.required.get(`${service} ${type}.${field}`);
  }

  /** Whether the subgraph has a key of the type that begins with the field. */
  isKey(service: string, type: string, field: string): boolean {
    return this.keys.get(`${service} ${type}`)?.has(field) ?? false;
  }

  private addKey(type: string, key: FieldTree): void {
    const fields = this.keys.get(type) ?? new Set();
    this.keys.set(type, fields.union(new Set(key.keys())));
  }
}

/** The fields that the directives of a type or field name in an argument, by subgraph. */
function namedFields(
  { directives = [] }: { readonly directives?: readonly ConstDirectiveNode[] | undefined },
  argument: string,
  graphs: ReadonlyMap<string, string>,
): { readonly service: string; readonly tree: FieldTree }[] {
  return directives.flatMap((directive) => {
    const fields = argumentText(directive, argument);
    const service = graphs.get(argumentText(directive, 'graph') ?? '');
    return fields === undefined || service === undefined
      ? []
      : [{ service, tree: treeOf(selectionOf(fields)) }];
  });
}

/** Union of the trees. */
export function mergedTrees(trees: readonly FieldTree[]): FieldTree {
  const names = new Set(trees.flatMap((tree) => [...tree.keys()]));
  return new Map(
    [...names].map((name) => [name, mergedTrees(trees.flatMap((tree) => tree.get(name) ?? []))] as const),
  );
}

function treeOf(set: SelectionSetNode): FieldTree {
  return mergedTrees(
    set.selections.flatMap((selection): FieldTree[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
      const below = selection.selectionSet ? treeOf(selection.selectionSet) : new Map<string, FieldTree>();
      return selection.kind === Kind.FIELD ? [new Map([[selection.name.value, below]])] : [below];
    }),
  );
}
