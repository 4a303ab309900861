import { type Page, pageOf } from '../../../../kernel/page.js';
import {
  type Sort,
  sortedPageRequest,
  type SortedPageArguments,
  sortKey,
} from '../../../../kernel/sorting.js';
import type { Identified, ReadByIds, ReadByKeys, Children } from '../../store/children.js';
import { type ConnectionValue, toConnection } from '../../../runtime/graph/connection.type.js';
import type { RequestContext } from '../../../runtime/subgraph.js';

/** Rows of one type that the request has read as parts of lists. */
interface Known<T> {
  readonly rows: Map<string, T>;
  /** Lists that are being read. */
  readonly lists: Set<Promise<unknown>>;
}

const knownOf = new WeakMap<object, Known<unknown>>();

function rowLoader<T extends Identified>(context: RequestContext, read: ReadByIds<T>) {
  const fresh: Known<T> = { rows: new Map(), lists: new Set() };
  const loader = context.loaders.of<string, T | null>(read, (ids) =>
    batchRows({ context, read, loaded: fresh }, ids),
  );
  const loaded = (knownOf.get(loader) as Known<T> | undefined) ?? fresh;
  knownOf.set(loader, loaded);
  return { loader, known: loaded };
}

interface RowBatch<T> {
  readonly context: RequestContext;
  readonly read: ReadByIds<T>;
  readonly loaded: Known<T>;
}

async function batchRows<T extends Identified>(
  { context, read, loaded }: RowBatch<T>,
  ids: readonly string[],
) {
  // A pending list may contain the rows; waiting makes the queries independent of the order of resolvers.
  await Promise.allSettled(loaded.lists);
  const missing = ids.filter((id) => !loaded.rows.has(id));
  const rows = missing.length > 0 ? await read(context.actor.account, missing) : [];
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => loaded.rows.get(id) ?? found.get(id) ?? null);
}

/** Loads one row by id, batched with the other ids of its type in the request; null when the account has none. */
export function loadById<T extends Identified>(
  context: RequestContext,
  read: ReadByIds<T>,
  id: string,
): Promise<T | null> {
  return rowLoader(context, read).loader.load(id);
}

/** Primes the loader with the rows of a list, so that references to them are not read again. */
export async function primeLoader<T extends Identified>(
  context: RequestContext,
  read: ReadByIds<T>,
  list: Promise<readonly T[]>,
): Promise<readonly T[]> {
  const { known: loaded } = rowLoader(context, read);
  const noted = list.then((rows) => rows.forEach((row) => loaded.rows.set(row.id, row)));
  loaded.lists.add(noted);
  await noted.finally(() => loaded.lists.delete(noted));
  return list;
}

/** Loads one value by key, batched with the other keys of its type in the request. */
export function loadValue<V>(
  context: RequestContext,
  read: ReadByKeys<V>,
  key: string,
): Promise<V | undefined> {
  const batch = async (keys: readonly string[]) => {
    const values = await read(context.actor.account, keys);
    return keys.map((each) => values.get(each));
  };
  return context.loaders.of<string, V | undefined>(read, batch).load(key);
}

interface ChildPageKey<T> {
  readonly parent: string;
  readonly limit: number;
  readonly sort: Sort<T>;
  readonly key: readonly string[] | undefined;
}

/** The connection of a parent's children. Rejects with `PAGE_SIZE_EXCEEDED` and `INVALID_CURSOR`. */
export async function childConnection<T extends Identified, Field extends string>(
  context: RequestContext,
  children: Children<T, Field>,
  parent: string,
  args: SortedPageArguments<Field>,
): Promise<ConnectionValue<T>> {
  const request = sortedPageRequest(args, children.sorting);
  const loader = context.loaders.of<ChildPageKey<T>, Page<T>>(children.pages, (keys) =>
    batchPages(context, children, keys),
  );
  const loading = loader.load({ parent, ...request });
  await primeLoader(
    context,
    children.byIds,
    loading.then(({ items }) => items),
  );
  const page = await loading;
  return toConnection(page, {
    key: (row) => sortKey(request.sort, row),
    after: args.after,
    count: async () => (await loadValue(context, children.totals, parent)) ?? 0,
  });
}

async function batchPages<T extends Identified, Field extends string>(
  context: RequestContext,
  children: Children<T, Field>,
  keys: readonly ChildPageKey<T>[],
): Promise<Page<T>[]> {
  const groups = Map.groupBy(keys, ({ limit, sort, key }) => JSON.stringify([limit, sort.name, key]));
  const pages = new Map<ChildPageKey<T>, Page<T>>();
  for (const group of groups.values()) {
    const { limit, sort, key } = group[0]!;
    const parents = group.map((key) => key.parent);
    const { account } = context.actor;
    const rows = await children.pages({ account, parents, limit: limit + 1, sort, key });
    const byParent = Map.groupBy(rows, (row) => children.parentOf(row));
    for (const key of group) pages.set(key, pageOf(byParent.get(key.parent) ?? [], limit));
  }
  return keys.map((key) => pages.get(key)!);
}
