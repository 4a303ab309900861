import {
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
} from 'graphql';
import { requestAbortedError } from '../../../protocol/request-aborted-error.js';
import type { RequestContext } from '../subgraph.js';
import { WorkBudget } from '../../../kernel/fairness/work-turns.js';

/**
 * Number of fields that an account's executions resolve in one turn of the event loop: ten to twenty milliseconds of
 * graphql-js. Loaders batch the loads of one turn, so a lower number would cost more statements.
 */
export const FIELDS_PER_TURN = 20_000;

/** Number of fields in a chunk of a long list. The last chunk of a turn may exceed its budget. */
const FIELDS_PER_PIECE = FIELDS_PER_TURN / 4;

const instrumentedSchemas = new WeakSet<GraphQLSchema>();

/**
 * Completes the lists of a schema in several turns of the event loop: a list above the budget of the current turn
 * becomes a promise or a list of promises. Without this, executors complete all available values in one turn.
 */
export function resolveListsInTurns(schema: GraphQLSchema): void {
  if (instrumentedSchemas.has(schema)) return;
  instrumentedSchemas.add(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (isListType(getNullableType(field.type)))
        field.resolve = inTurns(field.resolve ?? defaultFieldResolver);
  }
}

type Resolver = GraphQLFieldResolver<unknown, RequestContext>;

function inTurns(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const value: unknown = resolve(source, args, context, info);
    if (Array.isArray(value)) return paced(value, context, info);
    if (!(value instanceof Promise)) return value;
    return value.then((list: unknown) => (Array.isArray(list) ? paced(list, context, info) : list));
  };
}

function paced(list: readonly unknown[], context: RequestContext, info: GraphQLResolveInfo): unknown {
  if (list.length === 0) return list;
  const each = fieldsOfItems(info);
  const atOnce = Math.max(1, Math.floor(FIELDS_PER_PIECE / each));
  const budget = (context.work ??= newBudget(context));
  if (list.length > atOnce) return itemsInTurns(list, { each, atOnce, budget });
  const turn = budget.take(list.length * each);
  return turn ? turn.then(() => list) : list;
}

function newBudget(context: RequestContext): WorkBudget {
  return new WorkBudget(context.actor.account, FIELDS_PER_TURN, new LazySignal(context), requestAbortedError);
}

/** The client's abort signal, created only if a list must wait, because creating it is expensive. */
class LazySignal {
  constructor(private readonly context: RequestContext) {}

  get aborted(): boolean {
    return this.context.signal?.aborted === true;
  }
}

/** Returns the items; those above the budget of the current turn are promises. */
function itemsInTurns(
  list: readonly unknown[],
  { each, atOnce, budget }: { readonly each: number; readonly atOnce: number; readonly budget: WorkBudget },
): unknown[] {
  const items: unknown[] = [];
  for (let start = 0; start < list.length; start += atOnce) {
    const part = list.slice(start, start + atOnce);
    const turn = budget.take(part.length * each);
    for (const item of part) items.push(turn ? turn.then(() => item) : item);
  }
  return items;
}

/** Number of fields per point of `@cost`: a point is ten microseconds, resolving a field takes one microsecond. */
const FIELDS_PER_POINT = 10;

/** Cache of the number of fields per item, by the first node of the list's field. */
const counted = new WeakMap<FieldNode, number>();

/**
 * Returns the number of fields per item plus the `@cost` of the list. Includes fields of nested objects, but not
 * those of nested lists, which are counted separately.
 */
function fieldsOfItems(info: GraphQLResolveInfo): number {
  const [first] = info.fieldNodes;
  const before = first && counted.get(first);
  if (before !== undefined) return before;
  const type = getNamedType(info.returnType);
  const count = info.fieldNodes.reduce(
    (sum, { selectionSet }) => sum + fieldsOf(selectionSet, type, info),
    1 + FIELDS_PER_POINT * weightOf(info),
  );
  if (first) counted.set(first, count);
  return count;
}

/** The `@cost` of the list's field in points; 0 without the directive. */
function weightOf({ parentType, fieldName }: GraphQLResolveInfo): number {
  const directives = parentType.getFields()[fieldName]?.astNode?.directives ?? [];
  const weight = directives
    .find(({ name }) => name.value === 'cost')
    ?.arguments?.find(({ name }) => name.value === 'weight')?.value;
  return weight && 'value' in weight ? Number(weight.value) : 0;
}

function fieldsOf(
  set: SelectionSetNode | undefined,
  type: GraphQLNamedType | undefined,
  info: GraphQLResolveInfo,
): number {
  let count = 0;
  for (const selection of set?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      count += 1 + fieldsWithin(selection, type, info);
      continue;
    }
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? info.fragments[selection.name.value] : selection;
    const condition = fragment?.typeCondition;
    const inner = condition ? info.schema.getType(condition.name.value) : type;
    count += fieldsOf(fragment?.selectionSet, inner, info);
  }
  return count;
}

/** The number of fields of the nested object of a field; 0 for a leaf or a list. */
function fieldsWithin(
  { name, selectionSet }: FieldNode,
  type: GraphQLNamedType | undefined,
  info: GraphQLResolveInfo,
): number {
  const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  const inner = fields[name.value]?.type;
  if (!selectionSet || !inner || isListType(getNullableType(inner))) return 0;
  return fieldsOf(selectionSet, getNamedType(inner), info);
}
