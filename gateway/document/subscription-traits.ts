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

/** Under this name the position of each event is asked for beside what the client asks; clients never see it. */
export const POSITION = '_position';
/** The variable that says behind which position the stream begins. */
export const AFTER = '_after';
/** The type of positions that are cursors of events, which every subgraph can be asked to have seen. */
const EVENT_CURSOR = 'EventCursor';
/** Tag on a subscription field of a subgraph whose stream begins with the state of that moment. */
const STATE_TAG = 'starts-with-state';

/**
 * How a subscription's stream can be shared and gone on with.
 * - `log`: events have positions, and `after` goes on behind one: it may be left and joined wherever two stand alike.
 * - `live`: no positions; whoever comes later gets what comes later.
 * - `state`: it begins with what is there at that moment, so it can only be joined before it has told anything.
 */
export interface SubscriptionTraits {
  readonly kind: 'log' | 'live' | 'state';
  /** What is planned: the client's document, with positions when there are any. */
  readonly document: DocumentNode;
  /** Whether events bring their position, so that the stream can be opened again behind it. */
  readonly resumable: boolean;
  /** Whether positions are cursors of events: what completes an event can be asked to be no older than it. */
  readonly versioned: boolean;
  /** Name under which the root field answers. */
  readonly responseKey: string;
  /** What the client says of where to begin. */
  readonly after: ValueNode | undefined;
  /** The variable that says nothing else than where to begin. */
  readonly afterVariable: string | undefined;
}

export interface Subscribed {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** What clients see. */
  readonly api: GraphQLSchema;
  /** The same with the directives of subgraphs. */
  readonly full: GraphQLSchema;
}

/** Finds out what can be done with a checked subscription. */
export function subscriptionTraits({ document, operation, api, full }: Subscribed): SubscriptionTraits {
  const root = rootField(document, operation);
  const field = root && subscriptionField(api, root.name.value);
  // A root field that may be left out: nothing is known of where it begins.
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

/** Behind which position a client wants to begin; null when it says none. */
export function afterOf(
  form: SubscriptionTraits,
  operation: OperationDefinitionNode,
  given: Variables,
): unknown {
  const { after } = form;
  if (after?.kind !== Kind.VARIABLE) return after ? valueFromASTUntyped(after) : null;
  const name = after.name.value;
  if (given && Object.hasOwn(given, name)) return given[name] ?? null;
  const declared = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  return declared?.defaultValue ? valueFromASTUntyped(declared.defaultValue) : null;
}

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** The only field of the operation, with all that is selected of it; undefined when a directive may leave it out. */
function rootField(document: DocumentNode, { selectionSet }: OperationDefinitionNode): FieldNode | undefined {
  const fields = rootFields(document, selectionSet);
  const [first] = fields ?? [];
  if (!fields || !first) return undefined;
  const selections = fields.flatMap((field) => field.selectionSet?.selections ?? []);
  return first.selectionSet ? { ...first, selectionSet: { ...first.selectionSet, selections } } : first;
}

/** The fields of the operation itself, those in fragments included; a valid document asks for one, again and again. */
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

/** The type of the argument `after` as a variable's, when what the field's type calls `cursor` is of the same. */
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

/** Whether the client's document has what positions are asked for by: then they are not. */
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

function isStateTag({ name, arguments: given = [] }: DirectiveNode): boolean {
  const [argument] = given;
  return name.value === 'tag' && argument?.value.kind === Kind.STRING && argument.value.value === STATE_TAG;
}

/** The variable in `after`, when it is used nowhere else, be it in a fragment. */
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
  /** Of positions. */
  readonly type: NamedTypeNode;
  readonly afterVariable: string | undefined;
}

/**
 * The document with the operation asking for positions, and beginning behind the variable `_after`, however the client
 * has said where to begin.
 */
function withPosition(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { root, type, afterVariable }: Positioned,
): DocumentNode {
  const variable = { kind: Kind.VARIABLE, name: nameNode(AFTER) } as const;
  const position: FieldNode = { kind: Kind.FIELD, alias: nameNode(POSITION), name: nameNode('cursor') };
  const variables = (operation.variableDefinitions ?? []).filter(
    (one) => one.variable.name.value !== afterVariable,
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
