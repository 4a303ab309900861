import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
  print,
} from 'graphql';
import {
  argumentText,
  hasTrue,
  isJoinField,
  mapArgument,
  selectionOf,
} from '../../supergraph/join-directives.js';

/** A placeholder in plans for a field with the arguments of a `@requires`. */
interface PlaceholderField {
  /** The real field. */
  readonly field: string;
  readonly arguments: readonly ConstArgumentNode[];
}

/** A supergraph for planning, and the placeholders to restore in its plans. */
export interface PlanningSupergraph {
  readonly document: DocumentNode;
  readonly placeholders: PlaceholderFields;
}

/** The placeholder fields of a supergraph. */
export interface PlaceholderFields {
  readonly byName: ReadonlyMap<string, PlaceholderField>;
}

type ComposedType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/**
 * Adds a placeholder for every required field with arguments. The planner ignores arguments in `@requires`: it
 * would use the field with other arguments of the operation, and fetch it from a subgraph where it is external.
 */
export function withPlaceholderFields(document: DocumentNode): PlanningSupergraph {
  const builder = new PlaceholderBuilder(document);
  return { document: builder.rewritten(), placeholders: builder };
}

interface Addition {
  readonly name: string;
  readonly graph: string;
  readonly field: string;
}

class PlaceholderBuilder implements PlaceholderFields {
  readonly byName = new Map<string, PlaceholderField>();
  private readonly types: ReadonlyMap<string, ComposedType>;
  private readonly additions = new Map<string, Addition[]>();
  private readonly names = new Map<string, string>();

  constructor(private readonly document: DocumentNode) {
    this.types = new Map(
      document.definitions.filter(isComposedType).map((type) => [type.name.value, type] as const),
    );
  }

  rewritten(): DocumentNode {
    const definitions = this.document.definitions.map((definition) =>
      isComposedType(definition) ? this.withRequires(definition) : definition,
    );
    if (this.byName.size === 0) return this.document;
    return {
      ...this.document,
      definitions: definitions.map((definition) =>
        isComposedType(definition) ? this.withAdded(definition) : definition,
      ),
    };
  }

  private withRequires(type: ComposedType): ComposedType {
    const fields = type.fields?.map((field) => ({
      ...field,
      directives: field.directives?.map((directive) => this.requiring(type, directive)) ?? [],
    }));
    return { ...type, fields: fields ?? [] };
  }

  private requiring(type: ComposedType, directive: ConstDirectiveNode): ConstDirectiveNode {
    const requires = argumentText(directive, 'requires');
    const graph = argumentText(directive, 'graph');
    if (!isJoinField(directive) || requires === undefined || graph === undefined) return directive;
    const selection = this.replaced(selectionOf(requires), type, graph);
    return mapArgument(directive, 'requires', { kind: Kind.STRING, value: inner(selection) });
  }

  private replaced(set: SelectionSetNode, type: ComposedType | undefined, graph: string): SelectionSetNode {
    const selections = set.selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FIELD) return this.replacedField(selection, type, graph);
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      const condition = selection.typeCondition?.name.value;
      const of = condition === undefined ? type : this.types.get(condition);
      return { ...selection, selectionSet: this.replaced(selection.selectionSet, of, graph) };
    });
    return { ...set, selections };
  }

  private replacedField(node: FieldNode, type: ComposedType | undefined, graph: string): FieldNode {
    const definition = type?.fields?.find(({ name }) => name.value === node.name.value);
    if (!type || !definition) return node;
    const inner = node.selectionSet && {
      selectionSet: this.replaced(node.selectionSet, this.types.get(namedType(definition.type)), graph),
    };
    if (!definition.arguments?.length) return { ...node, ...inner };
    const name = this.placeholder(type, node, graph);
    return { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name }, ...inner };
  }

  private placeholder(type: ComposedType, node: FieldNode, graph: string): string {
    const field = node.name.value;
    const args = (node.arguments ?? []) as readonly ConstArgumentNode[];
    const id = `${graph} ${type.name.value}.${field}(${args.map(print).sort().join()})`;
    const existing = this.names.get(id);
    if (existing) return existing;
    const name = `required${this.names.size + 1}_${field}_`;
    this.names.set(id, name);
    this.byName.set(name, { field, arguments: args });
    for (const owner of this.owners(type, field)) {
      const added = this.additions.get(owner) ?? [];
      this.additions.set(owner, [...added, { name, graph, field }]);
    }
    return name;
  }

  /** The type, and all implementations of an interface. */
  private owners(type: ComposedType, field: string): string[] {
    if (type.kind === Kind.OBJECT_TYPE_DEFINITION) return [type.name.value];
    const implementing = [...this.types.values()].filter(
      ({ interfaces, fields }) =>
        interfaces?.some(({ name }) => name.value === type.name.value) &&
        fields?.some(({ name }) => name.value === field),
    );
    return [type, ...implementing].map(({ name }) => name.value);
  }

  private withAdded(type: ComposedType): ComposedType {
    const added = this.additions.get(type.name.value);
    if (!added) return type;
    const fields = added.flatMap(({ name, graph, field }): FieldDefinitionNode[] => {
      const original = type.fields?.find((definition) => definition.name.value === field);
      if (!original) return [];
      const directives = (original.directives ?? []).filter(
        (directive) =>
          isJoinField(directive) && (!isExternal(directive) || argumentText(directive, 'graph') === graph),
      );
      return [
        {
          kind: Kind.FIELD_DEFINITION,
          name: { kind: Kind.NAME, value: name },
          type: original.type,
          directives,
        },
      ];
    });
    return { ...type, fields: [...(type.fields ?? []), ...fields] };
  }
}

function isExternal(directive: ConstDirectiveNode): boolean {
  return hasTrue(directive, 'external') || hasTrue(directive, 'usedOverridden');
}

function isComposedType(node: { readonly kind: string }): node is ComposedType {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function inner(set: SelectionSetNode): string {
  return set.selections.map(print).join(' ');
}
