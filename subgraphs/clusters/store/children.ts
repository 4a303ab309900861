import type { Sort, Sorting } from '../../../kernel/sorting.js';

export interface Identified {
  readonly id: string;
}

/** Reads the account's rows with these ids, in any order; missing and foreign ids are left out. */
export type ReadByIds<T> = (account: string, ids: readonly string[]) => Promise<readonly T[]>;

/** Reads one value for each key that has one. */
export type ReadByKeys<V> = (account: string, keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;

/** What is read at once: a page of the same size from the same place in the same order, of each parent. */
export interface ChildPagesQuery<T> {
  readonly account: string;
  readonly parents: readonly string[];
  readonly limit: number;
  readonly sort: Sort<T>;
  /** The sort value, if any, and the id of the last child seen. */
  readonly key: readonly string[] | undefined;
}

/** Children that a parent has many of: pages and totals of many parents, one statement each. */
export interface Children<T extends Identified, Field extends string = never> {
  readonly byIds: ReadByIds<T>;
  readonly sorting: Sorting<T, Field>;
  readonly pages: (query: ChildPagesQuery<T>) => Promise<readonly T[]>;
  readonly totals: ReadByKeys<number>;
  readonly parentOf: (row: T) => string | null;
}
