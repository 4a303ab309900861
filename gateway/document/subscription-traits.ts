import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
  getNamedType,
  isInterfaceType,
  getNullableType,
  isObjectType,
  isScalarType,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { inlineFragment } from './inline-fragment.js';
import { nameNode } from './name-node.js';

/**
 * Response name under which the gateway additionally requests the position of each event; hidden from clients.
 */
export const POSITION = '_position';
/** The variable with the position after which the stream starts. */
export const AFTER = '_after';
/** The type of positions that are event cursors, valid as minimum resource version. */
const EVENT_CURSOR = 'EventCursor';
/** Tag of subscription fields whose stream starts with a snapshot. */
const STATE_TAG = 'initial-snapshot';

/**
 * How a subscription can be shared and resumed.
 * - `log`: events have positions, and `after` resumes after one. Clients can join and leave wherever positions
 * match.
 * - `live`: no positions; a client that joins later gets later events.
 * - `state`: starts with a snapshot, so it can be joined only before its first event.
 */
export interface SubscriptionTraits {
  readonly kind: 'log' | 'live' | 'state';
  /** The document to plan: the client's, with positions if available. */
  readonly document: DocumentNode;
  /** Whether events have positions, so that the stream can be resumed. */
  readonly resumable: boolean;
  /** Whether positions are event cursors, usable as minimum resource version when completing events. */
  readonly versioned: boolean;
  /** Response name of the root field. */
  readonly responseKey: string;
  /** The client's argument for the start position. */
  readonly after: ValueNode | undefined;
  /** The variable used only for the start position. */
  readonly afterVariable: string | undefined;
}

export interface Subscribed {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The API schema. */
  readonly api: GraphQLSchema;
  /** The full schema with the directives of subgraphs. */
  readonly full: GraphQLSchema;
}

/** Determines the traits of a validated subscription. */
export function subscriptionTraits({ document, operation, api, full }: Subscribed): SubscriptionTraits {
  const root = rootField(document, operation);
  const field = root && subscriptionField(api, root.name.value);
  // The root field is conditional, so the start is unknown.
  if (!root || !field) return withoutPositions(document, 'state');
  const responseKey = (root.alias ?? root.name).value;
  const after = afterArgument(root);
  const afterVariable = ownVariable(document, after);
  const ofState = startsWithState(full, root.name.value);
  const type = usesOurNames(document, operation) ? undefined : afterType(field);
  if (!type) return withoutPositions(document, ofState || after ? 'state' : 'live');
  return {
    kind: ofState ? 'state' : 'log',
    document: withPosition(document, operation, { root, type, afterVariable }),
    resumable: true,
    versioned: type.name.value === EVENT_CURSOR,
    responseKey,
    after,
    afterVariable,
  };
}

function subscriptionField(schema: GraphQLSchema, name: string): GraphQLField<unknown, unknown> | undefined {
  return schema.getSubscriptionType()?.getFields()[name];
}

function afterArgument(root: FieldNode): ValueNode | undefined {
  return root.arguments?.find(({ name }) => name.value === 'after')?.value;
}

function withoutPositions(document: DocumentNode, kind: SubscriptionTraits['kind']): SubscriptionTraits {
  const unknown = { responseKey: '', after: undefined, afterVariable: undefined };
  return { document, kind, resumable: false, versioned: false, ...unknown };
}

/** The position that a client wants to resume after; null without one. */
export function afterOf(
  traits: SubscriptionTraits,
  operation: OperationDefinitionNode,
  variables: Variables,
): unknown {
  const { after } = traits;
  if (after?.kind !== Kind.VARIABLE) return after ? valueFromASTUntyped(after) : null;
  const name = after.name.value;
  if (variables && Object.hasOwn(variables, name)) return variables[name] ?? null;
  const declared = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  return declared?.defaultValue ? valueFromASTUntyped(declared.defaultValue) : null;
}

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** The root field with merged selections; undefined when a directive may exclude it. */
function rootField(document: DocumentNode, { selectionSet }: OperationDefinitionNode): FieldNode | undefined {
  const fields = rootFields(document, selectionSet);
  const [first] = fields ?? [];
  if (!fields || !first) return undefined;
  const selections = fields.flatMap((field) => field.selectionSet?.selections ?? []);
  return first.selectionSet ? { ...first, selectionSet: { ...first.selectionSet, selections } } : first;
}

/** Root fields, including those in fragments; in a valid document all are the same field. */
function rootFields(document: DocumentNode, { selections }: SelectionSetNode): FieldNode[] | undefined {
  const fields: FieldNode[] = [];
  for (const selection of selections) {
    if ((selection.directives ?? []).length > 0) return undefined;
    if (selection.kind === Kind.FIELD) {
      fields.push(selection);
      continue;
    }
    const of = selection.kind === Kind.INLINE_FRAGMENT ? selection : inlineFragment(document, selection);
    const inner = rootFields(document, of.selectionSet);
    if (!inner) return undefined;
    fields.push(...inner);
  }
  return fields;
}

/** The type of the argument `after`, if the field `cursor` of the returned type has the same type. */
function afterType(field: GraphQLField<unknown, unknown>): NamedTypeNode | undefined {
  const after = field.args.find(({ name }) => name === 'after')?.type;
  const type = getNamedType(field.type);
  if (!after || (!isObjectType(type) && !isInterfaceType(type))) return undefined;
  const cursor = type.getFields()['cursor'];
  const fits = cursor?.args.length === 0 && getNullableType(cursor.type) === getNullableType(after);
  const scalar = fits ? getNullableType(after) : undefined;
  return isScalarType(scalar) ? { kind: Kind.NAMED_TYPE, name: nameNode(scalar.name) } : undefined;
}

function declares({ variableDefinitions = [] }: OperationDefinitionNode, name: string): boolean {
  return variableDefinitions.some(({ variable }) => variable.name.value === name);
}

/** Whether the document uses the reserved names; then no positions are requested. */
function usesOurNames(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  let found = declares(operation, AFTER);
  visit(document, {
    Field: ({ alias, name }) => void (found ||= (alias ?? name).value === POSITION),
  });
  return found;
}

function startsWithState(full: GraphQLSchema, field: string): boolean {
  const node = subscriptionField(full, field)?.astNode;
  return (node?.directives ?? []).some(isStateTag);
}

function isStateTag({ name, arguments: args = [] }: DirectiveNode): boolean {
  const [argument] = args;
  return name.value === 'tag' && argument?.value.kind === Kind.STRING && argument.value.value === STATE_TAG;
}

/** The variable in `after`, if it is used nowhere else. */
function ownVariable(document: DocumentNode, after: ValueNode | undefined): string | undefined {
  if (after?.kind !== Kind.VARIABLE) return undefined;
  let uses = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void (uses += name.value === after.name.value ? 1 : 0),
  });
  return uses === 1 ? after.name.value : undefined;
}

interface Positioned {
  readonly root: FieldNode;
  /** Type of positions. */
  readonly type: NamedTypeNode;
  readonly afterVariable: string | undefined;
}

/** Adds the position field and replaces the start position by the variable `_after`. */
function withPosition(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { root, type, afterVariable }: Positioned,
): DocumentNode {
  const variable = { kind: Kind.VARIABLE, name: nameNode(AFTER) } as const;
  const position: FieldNode = { kind: Kind.FIELD, alias: nameNode(POSITION), name: nameNode('cursor') };
  const variables = (operation.variableDefinitions ?? []).filter(
    (variableDefinition) => variableDefinition.variable.name.value !== afterVariable,
  );
  const others = (root.arguments ?? []).filter((argument) => argument.name.value !== 'after');
  const field: FieldNode = {
    ...root,
    arguments: [...others, { kind: Kind.ARGUMENT, name: nameNode('after'), value: variable }],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [...(root.selectionSet?.selections ?? []), position],
    },
  };
  const changed: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: [...variables, { kind: Kind.VARIABLE_DEFINITION, variable, type }],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  };
  return {
    ...document,
    definitions: document.definitions.map((definition) => (definition === operation ? changed : definition)),
  };
}
