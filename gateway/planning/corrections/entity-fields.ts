import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { inlineFragment } from '../../document/inline-fragment.js';

/** A field selected directly on an entity, its type and its `@skip` and `@include` conditions. */
export interface EntityField {
  readonly type: string;
  readonly node: FieldNode;
  /** The conditions as text; empty without any. */
  readonly conditions: string;
}

/** The operation of an entity fetch, which can be reduced to some of its fields. */
export class EntityFields {
  readonly all: readonly EntityField[];
  private readonly document: DocumentNode;
  private readonly operation: OperationDefinitionNode;
  private readonly entities: FieldNode;
  private readonly selections: readonly SelectionNode[];

  constructor(operation: string) {
    this.document = parse(operation, { noLocation: true });
    this.operation = operationOf(this.document);
    const [entities] = this.operation.selectionSet.selections;
    if (entities?.kind !== Kind.FIELD) throw new Error('a fetch of entities asks for none');
    this.entities = entities;
    this.selections = this.spelledOut(entities.selectionSet?.selections ?? []);
    this.all = [...fieldsOf(this.selections, { type: '', conditions: [] })];
  }

  /** The operation reduced to these fields, and the variables that it uses. */
  only(fields: ReadonlySet<EntityField>): {
    readonly operation: string;
    readonly variables: ReadonlySet<string>;
  } {
    const nodes = new Set<SelectionNode>([...fields].map(({ node }) => node));
    const selections = kept(this.selections, nodes);
    const selected = { ...this.entities, selectionSet: { kind: Kind.SELECTION_SET as const, selections } };
    const others = this.document.definitions.filter((definition) => definition !== this.operation);
    const fragments = reachable(selected, others);
    const variables = usedVariables([selected, ...fragments]);
    const definition = {
      ...this.operation,
      variableDefinitions: (this.operation.variableDefinitions ?? []).filter(({ variable }) =>
        variables.has(variable.name.value),
      ),
      selectionSet: { kind: Kind.SELECTION_SET as const, selections: [selected] },
    };
    const document = { kind: Kind.DOCUMENT as const, definitions: [definition, ...fragments] };
    return { operation: stripIgnoredCharacters(print(document)), variables };
  }

  /** Inlines named fragments of entities, so that each field is a separate node. */
  private spelledOut(selections: readonly SelectionNode[]): SelectionNode[] {
    return selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FIELD) return { ...selection };
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : inlineFragment(this.document, selection);
      const inner = this.spelledOut(fragment.selectionSet.selections);
      return { ...fragment, selectionSet: { kind: Kind.SELECTION_SET, selections: inner } };
    });
  }
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('a fetch has no operation');
  return operation;
}

function* fieldsOf(
  selections: readonly SelectionNode[],
  at: { readonly type: string; readonly conditions: readonly string[] },
): Generator<EntityField> {
  for (const selection of selections) {
    const conditions = [...at.conditions, ...conditionsOf(selection.directives)];
    if (selection.kind === Kind.FIELD) {
      yield { type: at.type, node: selection, conditions: [...new Set(conditions)].sort().join(' ') };
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition?.name.value ?? at.type;
      yield* fieldsOf(selection.selectionSet.selections, { type, conditions });
    }
  }
}

function conditionsOf(directives: readonly DirectiveNode[] = []): string[] {
  return directives
    .filter(({ name }) => name.value === 'skip' || name.value === 'include')
    .filter((directive) => directive.arguments?.some(({ value }) => value.kind === Kind.VARIABLE))
    .map(print);
}

function kept(selections: readonly SelectionNode[], nodes: ReadonlySet<SelectionNode>): SelectionNode[] {
  return selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind !== Kind.INLINE_FRAGMENT) return nodes.has(selection) ? [selection] : [];
    const inner = kept(selection.selectionSet.selections, nodes);
    if (inner.length === 0) return [];
    return [{ ...selection, selectionSet: { kind: Kind.SELECTION_SET, selections: inner } }];
  });
}

/** The fragments that a field uses, directly or through other fragments. */
function reachable(field: FieldNode, fragments: DocumentNode['definitions']): DocumentNode['definitions'] {
  const names = new Set<string>();
  const see = (node: FieldNode | DocumentNode['definitions'][number]) =>
    visit(node, { FragmentSpread: ({ name }) => void names.add(name.value) });
  see(field);
  let found: DocumentNode['definitions'] = [];
  for (;;) {
    const next = fragments.filter((fragment) => 'name' in fragment && names.has(fragment.name?.value ?? ''));
    if (next.length === found.length) return next;
    found = next;
    next.forEach(see);
  }
}

function usedVariables(nodes: readonly (FieldNode | DocumentNode['definitions'][number])[]): Set<string> {
  const used = new Set<string>();
  for (const node of nodes) visit(node, { Variable: ({ name }) => void used.add(name.value) });
  return used;
}
