import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  specifiedScalarTypes,
  type TypeNode,
} from 'graphql';
import {
  argumentText,
  fieldNames,
  graphsOf,
  hasTrue,
  isJoinField,
  joinField,
  mapArgument,
} from '../../supergraph/join-directives.js';

/** A supergraph whose requiring fields are in separate graphs, with the subgraphs they belong to. */
export interface SplitSupergraph {
  readonly document: DocumentNode;
  /** Subgraphs' names by the names of their requiring parts. */
  readonly parts: ReadonlyMap<string, string>;
}

/**
 * Moves fields with `@requires` of each subgraph into a separate graph that otherwise has only keys, value
 * types and entities of scalars and enums. Within one subgraph the planner takes shortcuts: it selects external
 * fields, and requiring fields before their inputs are known. Between two graphs it does not.
 */
export function splitRequiringSubgraphs(document: DocumentNode): SplitSupergraph {
  const requiring = requiringGraphs(document);
  if (requiring.size === 0) return { document, parts: new Map<string, string>() };
  const parts = new Map<string, string>();
  const graphs = { requiring, leaves: leafTypes(document) };
  const definitions = document.definitions.map((node) => definition(node, graphs, parts));
  return { document: { ...document, definitions }, parts };
}

type ComposedType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

interface Graphs {
  /** The graphs with fields that have `@requires`. */
  readonly requiring: ReadonlySet<string>;
  /** Names of the scalars and enums. */
  readonly leaves: ReadonlySet<string>;
}

function leafTypes({ definitions }: DocumentNode): Set<string> {
  const declared = definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION || definition.kind === Kind.SCALAR_TYPE_DEFINITION
      ? [definition.name.value]
      : [],
  );
  return new Set([...specifiedScalarTypes.map(({ name }) => name), ...declared]);
}

function isComposed(node: DefinitionNode): node is ComposedType {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function requiringGraphs({ definitions }: DocumentNode): Set<string> {
  return new Set(definitions.filter(isComposed).flatMap((type) => [...requiringIn(type)]));
}

/**
 * The graphs with requiring fields of the type, without those in which it is an interface object: the planner tries every
 * combination of the types of an interface, and the combinations of two interface objects are too many.
 */
function requiringIn({ directives = [], fields = [] }: ComposedType): Set<string> {
  const objects = directives.filter((directive) => hasTrue(directive, 'isInterfaceObject'));
  const all = fields.flatMap((field) => (field.directives ?? []).filter(requires));
  return new Set(graphsOf(all)).difference(new Set(graphsOf(objects)));
}

function requires(directive: ConstDirectiveNode): boolean {
  return isJoinField(directive) && argumentText(directive, 'requires') !== undefined;
}

function partOf(graph: string): string {
  return `${graph}_REQUIRING`;
}

function definition(
  node: DefinitionNode,
  { requiring, leaves }: Graphs,
  parts: Map<string, string>,
): DefinitionNode {
  if (isComposed(node)) return composed(node, { requiring, leaves });
  switch (node.kind) {
    case Kind.ENUM_TYPE_DEFINITION:
      return node.name.value === 'join__Graph' ? withParts(node, requiring, parts) : ofEnum(node, requiring);
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return {
        ...joined(node, requiring),
        fields: (node.fields ?? []).map((field) => joined(field, requiring)),
      };
    case Kind.UNION_TYPE_DEFINITION:
    case Kind.SCALAR_TYPE_DEFINITION:
      return joined(node, requiring);
    default:
      return node;
  }
}

function ofEnum(node: EnumTypeDefinitionNode, requiring: ReadonlySet<string>): EnumTypeDefinitionNode {
  return { ...joined(node, requiring), values: (node.values ?? []).map((value) => joined(value, requiring)) };
}

function withParts(
  node: EnumTypeDefinitionNode,
  requiring: ReadonlySet<string>,
  parts: Map<string, string>,
): EnumTypeDefinitionNode {
  const values = (node.values ?? []).flatMap((value) =>
    requiring.has(value.name.value) ? [value, part(value, parts)] : [value],
  );
  return { ...node, values };
}

function part(value: EnumValueDefinitionNode, parts: Map<string, string>): EnumValueDefinitionNode {
  const directives = value.directives?.map((directive) => {
    const name = argumentText(directive, 'name') ?? value.name.value;
    parts.set(`${name} requiring`, name);
    return mapArgument(directive, 'name', { kind: Kind.STRING, value: `${name} requiring` });
  });
  return {
    ...value,
    name: { kind: Kind.NAME, value: partOf(value.name.value) },
    directives: directives ?? [],
  };
}

/** Copies the directives of a requiring graph for its part. */
function joined<T extends { readonly directives?: readonly ConstDirectiveNode[] | undefined }>(
  node: T,
  requiring: ReadonlySet<string>,
): T {
  const directives = (node.directives ?? []).flatMap((directive) => {
    const graph = argumentText(directive, 'graph');
    return graph !== undefined && requiring.has(graph) ? [directive, inPart(directive, graph)] : [directive];
  });
  return { ...node, directives };
}

function inPart(directive: ConstDirectiveNode, graph: string): ConstDirectiveNode {
  return mapArgument(directive, 'graph', { kind: Kind.ENUM, value: partOf(graph) });
}

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

function composed(type: ComposedType, { requiring, leaves }: Graphs): ComposedType {
  const requiringGraphs = requiringIn(type);
  const joins = (type.directives ?? []).filter(({ name }) => name.value === 'join__type');
  const graphs = [...new Set(graphsOf(joins))];
  const directives = (type.directives ?? []).flatMap((directive) => {
    const graph = argumentText(directive, 'graph');
    if (graph === undefined || !requiring.has(graph)) return [directive];
    const isKey = argumentText(directive, 'key') !== undefined;
    return isKey && !requiringGraphs.has(graph)
      ? [directive, withoutKey(inPart(directive, graph))]
      : [directive, inPart(directive, graph)];
  });
  const isLeaf = (type.fields ?? []).every((field) => leaves.has(namedType(field.type)));
  const fields = type.fields?.map((field) => {
    if (ROOTS.has(type.name.value)) return explicit(field, graphs);
    // With the key the planner would fetch the rest of such an entity from the subgraph a second time.
    const has = (graph: string) =>
      isWhole(type, joins, graph) ||
      (isLeaf && !requiringGraphs.has(graph)) ||
      keyNames(joins, graph).has(field.name.value);
    return shared(field, { graphs, requiring, own: requiringGraphs, has });
  });
  return { ...type, directives: distinct(directives), fields: fields ?? [] };
}

interface Sharing {
  readonly graphs: readonly string[];
  readonly requiring: ReadonlySet<string>;
  /** The graphs whose parts have the requiring fields of the type. */
  readonly own: ReadonlySet<string>;
  /** Whether the part of a graph resolves the field, if the graph does. */
  readonly has: (graph: string) => boolean;
}

function shared(field: FieldDefinitionNode, { graphs, requiring, own, has }: Sharing): FieldDefinitionNode {
  const parted = graphs.filter((graph) => requiring.has(graph));
  const { directives = [] } = explicit(field, parted.every(has) ? [] : graphs);
  return {
    ...field,
    directives: directives.flatMap((directive) => {
      const graph = argumentText(directive, 'graph');
      if (!isJoinField(directive) || graph === undefined || !requiring.has(graph)) return [directive];
      if (requires(directive) && own.has(graph)) return [inPart(directive, graph)];
      return [directive, has(graph) ? inPart(directive, graph) : external(directive, graph)];
    }),
  };
}

/** The field with an explicit `@join__field` for each graph; without directives, all graphs of the type have it. */
function explicit(field: FieldDefinitionNode, graphs: readonly string[]): FieldDefinitionNode {
  const { directives = [] } = field;
  if (directives.some(isJoinField)) return field;
  return { ...field, directives: [...directives, ...graphs.map((graph) => joinField(graph))] };
}

function external(directive: ConstDirectiveNode, graph: string): ConstDirectiveNode {
  const type = directive.arguments?.filter(({ name }) => name.value === 'type') ?? [];
  const base = joinField(partOf(graph), true);
  return { ...base, arguments: [...(base.arguments ?? []), ...type] };
}

function withoutKey(directive: ConstDirectiveNode): ConstDirectiveNode {
  const kept = directive.arguments?.filter(({ name }) => name.value !== 'key' && name.value !== 'resolvable');
  return { ...directive, arguments: kept ?? [] };
}

function distinct(directives: readonly ConstDirectiveNode[]): ConstDirectiveNode[] {
  const texts = directives.map((directive) => JSON.stringify(directive));
  return directives.filter((_, at) => texts.indexOf(texts[at]!) === at);
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** Whether the graph has the type without a key: as a value type, or as an interface of entities. */
function isWhole(type: ComposedType, joins: readonly ConstDirectiveNode[], graph: string): boolean {
  const ofGraph = joins.filter((join) => argumentText(join, 'graph') === graph);
  if (type.kind === Kind.INTERFACE_TYPE_DEFINITION)
    return !ofGraph.some((join) => hasTrue(join, 'isInterfaceObject'));
  return !ofGraph.some((join) => argumentText(join, 'key') !== undefined);
}

/** The top-level fields of the keys of the type in a graph. */
function keyNames(joins: readonly ConstDirectiveNode[], graph: string): Set<string> {
  const keys = joins.filter((join) => argumentText(join, 'graph') === graph);
  return new Set(
    keys.flatMap((directive) => {
      const key = argumentText(directive, 'key');
      return key === undefined ? [] : fieldNames(key);
    }),
  );
}
