import type { Sort, Sorting } from '../../../kernel/sorting.js';

export interface Identified {
  readonly id: string;
}

/**
 * Reads the account's rows with these ids, in any order; ids that do not exist or belong to other accounts are
 * omitted.
 */
export type ReadByIds<T> = (account: string, ids: readonly string[]) => Promise<readonly T[]>;

/** Reads one value for each key that has one. */
export type ReadByKeys<V> = (account: string, keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;

/** A batched page query: pages of the same size, position and order for each parent. */
export interface ChildPagesQuery<T> {
  readonly account: string;
  readonly parents: readonly string[];
  readonly limit: number;
  readonly sort: Sort<T>;
  /** The sort value, if any, and the id of the last child of the previous page. */
  readonly key: readonly string[] | undefined;
}

/** Reads pages and totals of children for many parents, one statement each. */
export interface Children<T extends Identified, Field extends string = never> {
  readonly byIds: ReadByIds<T>;
  readonly sorting: Sorting<T, Field>;
  readonly pages: (query: ChildPagesQuery<T>) => Promise<readonly T[]>;
  readonly totals: ReadByKeys<number>;
  readonly parentOf: (row: T) => string | null;
}
