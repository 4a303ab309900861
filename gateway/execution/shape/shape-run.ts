import { isRecord } from '../../../kernel/is-record.js';
import { GraphQLError } from 'graphql';
import type { WorkBudget } from '../../../kernel/fairness/work-turns.js';
import { isAbsent } from '../data/absent-entities.js';
import type { ResponseSize } from '../../upstream/call/response-size.js';

/** Size limit of a response, and work per turn of the event loop. */
export interface ShapeBounds {
  readonly size: ResponseSize;
  /** One unit is one value of the response. */
  readonly budget: WorkBudget;
}

/** State of building one response. */
export interface ShapeRun extends ShapeBounds {
  /** Path of the current value, valid up to the current depth. */
  readonly path: (string | number)[];
  readonly errors: GraphQLError[];
  /** Missing fields of absent entities referenced by nullable fields. Not reported. */
  readonly absences: GraphQLError[];
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Null with a reported error: non-null parents become null without another error. */
export const FAILED = Symbol('failed');

/**
 * Completes a fetched value; `depth` is the length of its path. Returns null, `FAILED`, which also means null,
 * or a promise when the work exceeds one turn. Values are completed one at a time, so the path stays valid.
 */
export type Complete = (value: unknown, depth: number, run: ShapeRun) => unknown;

/**
 * The value at a nullable position. When it FAILED because its entity is absent, such as the deleted node pool of an
 * event, null is correct, and the errors since `before` are dropped.
 */
export function orNull(completed: unknown, value: unknown, before: number, run: ShapeRun): unknown {
  if (completed !== FAILED) return completed;
  if (isRecord(value) && isAbsent(value)) run.absences.push(...run.errors.splice(before));
  return null;
}

/** Adds an error for the current value. */
export function fail(run: ShapeRun, depth: number, message: string): typeof FAILED {
  const path = run.path.slice(0, depth);
  run.errors.push(new GraphQLError(message, { path, extensions: { code: 'INVALID_GRAPHQL' } }));
  return FAILED;
}
