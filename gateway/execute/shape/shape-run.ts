import { GraphQLError } from 'graphql';

/** The state of shaping one response. */
export interface ShapeRun {
  /** Where shaping is now: everything up to the depth at hand. */
  readonly path: (string | number)[];
  readonly errors: GraphQLError[];
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Null in place of a value that could not be had, and an error says so: what may not be null above it falls silently. */
export const FAILED = Symbol('failed');

/**
 * Makes the response's value of what was fetched; `depth` is the length of its path. Gives null, or `FAILED`, which
 * stands for null.
 */
export type Complete = (value: unknown, depth: number, run: ShapeRun) => unknown;

/** Notes what is wrong with the value at hand. */
export function fail(run: ShapeRun, depth: number, message: string): typeof FAILED {
  const path = run.path.slice(0, depth);
  run.errors.push(new GraphQLError(message, { path, extensions: { code: 'INVALID_GRAPHQL' } }));
  return FAILED;
}
