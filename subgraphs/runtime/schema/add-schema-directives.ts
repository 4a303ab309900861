import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type StringValueNode,
  type TypeNode,
  parse,
  visit,
} from 'graphql';
import { DEFAULT_PAGE } from '../../../kernel/page-size.js';

/** The lists of a Relay connection. */
const RELAY_LISTS = ['edges', 'nodes'];

/**
 * Adds the directives of every subgraph to its SDL: the required scopes to mutations without such a directive, and to
 * connections the list size by their argument `first`.
 */
export function addSchemaDirectives(document: DocumentNode, mutations: string): DocumentNode {
  const lists = relayLists(document);
  const sized = (field: FieldDefinitionNode) => {
    const found = lists.get(namedType(field.type)) ?? [];
    const pages = field.arguments?.some(({ name }) => name.value === 'first');
    return pages && found.length > 0 ? withDirective(field, listSize(found)) : field;
  };
  return visit(document, {
    ObjectTypeDefinition: (node) => {
      const fields = node.fields?.map(sized) ?? [];
      const restricted =
        node.name.value === 'Mutation' ? fields.map((field) => withDirective(field, mutations)) : fields;
      const description = node.description ?? rootDescription(node.name.value);
      return { ...node, fields: restricted, ...(description && { description }) };
    },
    InterfaceTypeDefinition: (node) => ({ ...node, fields: node.fields?.map(sized) ?? [] }),
  });
}

/** type-graphql gives the root types no description. */
const rootDescriptions: Readonly<Record<string, string>> = {
  Query: 'Reads of the resources of the account that the token names.',
  Mutation:
    "Changes of the account's resources. A mutation returns immediately; follow the returned Operation for progress and result.",
  Subscription: 'Event streams. A stream with the argument `after` resumes after the given cursor.',
};

function rootDescription(type: string): StringValueNode | undefined {
  const value = rootDescriptions[type];
  return value === undefined ? undefined : { kind: Kind.STRING, value };
}

function listSize(fields: readonly string[]): string {
  return `@listSize(assumedSize: ${DEFAULT_PAGE}, slicingArguments: ["first"],
    sizedFields: ${JSON.stringify(fields)}, requireOneSlicingArgument: false)`;
}

/** Adds a directive to the field unless it has one of that name. */
function withDirective(field: FieldDefinitionNode, written: string): FieldDefinitionNode {
  const directive = parseDirective(written);
  const existing = field.directives ?? [];
  if (existing.some(({ name }) => name.value === directive.name.value)) return field;
  return { ...field, directives: [...existing, directive] };
}

function parseDirective(written: string): ConstDirectiveNode {
  const [type] = parse(`type T { f: Int ${written} }`, { noLocation: true }).definitions;
  const [directive] = (type as ObjectTypeDefinitionNode).fields?.[0]?.directives ?? [];
  if (!directive) throw new Error(`${written} is no directive`);
  return directive;
}

/** The list fields of each connection type. */
function relayLists(document: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const types = document.definitions.filter(
    (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value.endsWith('Connection'),
  ) as readonly ObjectTypeDefinitionNode[];
  return new Map(
    types.map(({ name, fields }) => {
      const names = fields?.map((field) => field.name.value) ?? [];
      return [name.value, names.filter((field) => RELAY_LISTS.includes(field))] as const;
    }),
  );
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
