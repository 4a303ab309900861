import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLString,
  getNullableType,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import { type Complete, FAILED, type ShapeRun, fail, orNull } from './shape-run.js';

/** Wraps the completion of a named type in its list and non-null types. */
export function compileWrapping(type: GraphQLOutputType, named: Complete): Complete {
  if (isNonNullType(type)) return required(compileWrapping(type.ofType, named));
  if (isListType(type)) return list(compileWrapping(type.ofType, named), isNonNullType(type.ofType));
  return named;
}

/**
 * Completes values of a scalar or enum. Values of custom scalars are not checked. An inaccessible enum value, which only
 * `full` has, becomes null without an error.
 */
export function compileLeaf(type: GraphQLLeafType, full: GraphQLSchema): Complete {
  const cached = leaves.get(type);
  if (cached) return cached;
  const complete = leaf(type, full);
  leaves.set(type, complete);
  return complete;
}

/** Cached by type; all schemas share GraphQL's own scalars. */
const leaves = new WeakMap<GraphQLLeafType, Complete>();

function leaf(type: GraphQLLeafType, full: GraphQLSchema): Complete {
  const valid = isEnumType(type) ? enumCheck(type.getValues()) : scalarChecks.get(type.name);
  if (!valid) return accept;
  const everything = full.getType(type.name);
  const hidden = isEnumType(everything) ? enumCheck(everything.getValues()) : undefined;
  return (value, depth, run) => {
    if (value === null || valid(value)) return accept(value, depth, run);
    return hidden?.(value) ? null : fail(run, depth, `A subgraph returned an invalid ${type.name}.`);
  };
}

/** Accepts a value without coercion. */
const accept: Complete = (value, _depth, { size }) => {
  size.addValue(value);
  return value;
};

/** The `typeof` of values that need no further check; undefined when every value needs one. */
export function plainType(type: GraphQLOutputType | undefined): 'string' | 'boolean' | undefined {
  const nullable = getNullableType(type);
  return isScalarType(nullable) ? plainTypes.get(nullable.name) : undefined;
}

const plainTypes = new Map<string, 'string' | 'boolean'>([
  [GraphQLBoolean.name, 'boolean'],
  [GraphQLID.name, 'string'],
  [GraphQLString.name, 'string'],
]);

const isInteger = (value: unknown) => Number.isInteger(value);
const isString = (value: unknown) => typeof value === 'string';

const scalarChecks = new Map<string, (value: unknown) => boolean>([
  [GraphQLBoolean.name, (value) => typeof value === 'boolean'],
  [GraphQLFloat.name, (value) => Number.isFinite(value)],
  [GraphQLID.name, (value) => isString(value) || isInteger(value)],
  [GraphQLInt.name, isInteger],
  [GraphQLString.name, isString],
]);

function enumCheck(values: readonly { readonly name: string }[]): (value: unknown) => boolean {
  const names = new Set<unknown>(values.map(({ name }) => name));
  return (value) => names.has(value);
}

function required(complete: Complete): Complete {
  return (value, depth, run) => {
    const completed = complete(value, depth, run);
    if (completed instanceof Promise)
      return completed.then((later) => (later === null ? missing(run, depth) : later));
    return completed === null ? missing(run, depth) : completed;
  };
}

function missing(run: ShapeRun, depth: number): typeof FAILED {
  return fail(run, depth, 'A subgraph returned null for a non-null field.');
}

function list(complete: Complete, requiredItems: boolean): Complete {
  return (value, depth, run) => {
    if (value === null) return null;
    if (!Array.isArray(value)) return fail(run, depth, 'A subgraph returned a value that is not a list.');
    run.size.add(value.length + 1);
    const completed = new Array<unknown>(value.length);
    const made: MadeList = { values: value, completed, complete, requiredItems, failed: false };
    for (let i = 0; i < value.length; i += 1) {
      if (!run.budget.spend(1)) return listRest(made, i, depth, run);
      run.path[depth] = i;
      const before = run.errors.length;
      const item = complete(value[i] ?? null, depth + 1, run);
      if (item instanceof Promise) return listRest(made, i, depth, run, { item, before });
      addItem(made, i, item, before, run);
    }
    return finished(made);
  };
}

/** A list under construction. */
interface MadeList {
  readonly values: readonly unknown[];
  readonly completed: unknown[];
  readonly complete: Complete;
  readonly requiredItems: boolean;
  failed: boolean;
}

/** An item under construction and the number of errors before it. */
interface UnderwayItem {
  readonly item: Promise<unknown>;
  readonly before: number;
}

/** Completes the rest of a list over several turns, starting with a possibly pending item. */
async function listRest(
  made: MadeList,
  from: number,
  depth: number,
  run: ShapeRun,
  underway?: UnderwayItem,
): Promise<unknown> {
  const { values, complete } = made;
  if (underway) addItem(made, from, await underway.item, underway.before, run);
  for (let i = underway ? from + 1 : from; i < values.length; i += 1) {
    if (!run.budget.spend(1)) await run.budget.next();
    run.path[depth] = i;
    const before = run.errors.length;
    const item = complete(values[i] ?? null, depth + 1, run);
    addItem(made, i, item instanceof Promise ? await item : item, before, run);
  }
  return finished(made);
}

function addItem(made: MadeList, index: number, item: unknown, before: number, run: ShapeRun): void {
  if (item === FAILED) made.failed = true;
  made.completed[index] = made.requiredItems ? item : orNull(item, made.values[index], before, run);
}

function finished({ failed, requiredItems, completed }: MadeList): unknown {
  return failed && requiredItems ? FAILED : completed;
}
