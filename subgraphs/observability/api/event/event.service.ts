import { throwNotFound } from '../../../../engine/not-found.js';
import type { LoggedEvent } from '../../../../engine/contract.js';
import type { Platform } from '../../../../engine/platform.js';
import { LogBookmark } from '../../../../engine/events/event-log.js';
import type { StreamCursors } from '../../../../engine/events/event-cursor.js';
import { Bookmark } from '../../../runtime/execution/bookmark.js';
import { mapStream } from '../../../../protocol/mapped-stream.js';
import { type Page, type PageArguments, pageOf, pageRequest } from '../../../../kernel/page.js';
import { throwProblem } from '../../../../kernel/result.js';
import { setParentSpan } from '../../../../kernel/tracing/event-trace.js';
import { reachOf } from '../../../runtime/access/reach.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { loadForCluster } from '../entities/cluster-loader.js';
import type { EventSelection, EventStore } from '../../store/event.store.js';
import type { EventFilter } from './event.type.js';

/** Maximum number of values of a list in a filter. */
const MAX_FILTER_VALUES = 100;

/** How events are mapped to those of a stream. */
export interface StreamOptions<T> {
  readonly context: RequestContext;
  /** The cursors of this stream. */
  readonly cursors: StreamCursors;
  readonly map: (event: LoggedEvent) => T | undefined;
}

/** Reads and streams the account's event log. */
export class EventService {
  private readonly pages = {};
  private readonly counts = {};

  constructor(
    private readonly platform: Pick<Platform, 'events'>,
    private readonly store: EventStore,
  ) {}

  /** A page of events, newest first; only those of one cluster if `clusterId` is set. */
  async page(
    clusterId: string | null,
    filter: EventFilter,
    page: PageArguments & { context: RequestContext },
  ): Promise<Page<LoggedEvent>> {
    const { limit, key } = pageRequest(page);
    const query = {
      account: page.context.actor.account,
      selection: { ...selectionOf(filter), reach: await reachOf(page.context, 'events.read') },
      before: sequenceOf(key),
      limit: limit + 1,
    };
    if (clusterId === null) return pageOf(await this.store.page(query), limit);
    const events = await loadForCluster(this.pages, { clusterId, query }, page.context, (ids, shared) =>
      this.store.pagesByCluster(ids, shared),
    );
    return pageOf(events ?? [], limit);
  }

  async count(clusterId: string | null, filter: EventFilter, context: RequestContext): Promise<number> {
    const { account } = context.actor;
    const selection = { ...selectionOf(filter), reach: await reachOf(context, 'events.read') };
    if (clusterId === null) return this.store.count(account, selection);
    const counts = (ids: readonly string[], shared: EventSelection) =>
      this.store.countsByCluster(account, ids, shared);
    return (await loadForCluster(this.counts, { clusterId, query: selection }, context, counts)) ?? 0;
  }

  /** The account's event; null if the log does not or no longer contain it. */
  async byId(id: string, context: RequestContext): Promise<LoggedEvent | null> {
    const { account } = context.actor;
    const loader = context.loaders.of<string, LoggedEvent | null>(this, async (ids) => {
      const found = new Map((await this.store.byIds(account, ids)).map((event) => [event.id, event]));
      return ids.map((each) => found.get(each) ?? null);
    });
    return loader.load(id);
  }

  /** Throws NOT_FOUND if the account has no such cluster. */
  async requireCluster(clusterId: string, context: RequestContext): Promise<void> {
    if (await this.store.hasCluster(context.actor.account, clusterId)) return;
    throwNotFound('CLUSTER', clusterId, ['clusterId']);
  }

  /**
   * Streams the account's events from now on or after a cursor: first those in the log, then new ones, and bookmarks
   * while no event matches. `map` skips an event by returning undefined. Throws INVALID_CURSOR; the stream fails with
   * CURSOR_EXPIRED.
   */
  async stream<T extends object>(
    filter: EventFilter,
    after: string | null,
    { context, cursors, map }: StreamOptions<T>,
  ): Promise<AsyncGenerator<T | Bookmark, undefined>> {
    const { account } = context.actor;
    const { from, to, operationId, ...lists } = selectionOf(filter);
    const restriction = withoutUndefined({ ...lists, operationId, clusterId: filter.clusterId ?? undefined });
    // Read the position before the first event is pulled: events in between belong to the stream.
    const start = after === null ? await this.platform.events.head(account) : cursors.decode(after).sequence;
    const ended = new AbortController();
    const signal = context.signal ? AbortSignal.any([context.signal, ended.signal]) : ended.signal;
    const options = { after: start, filter: restriction, signal };
    const steps = this.platform.events.followMapped(account, options, (event) => {
      const mapped = isWithin(event.at, from, to) ? map(event) : undefined;
      return mapped && setParentSpan(mapped, event.traceparent);
    });
    const step = (item: T | LogBookmark) =>
      item instanceof LogBookmark ? new Bookmark(cursors.encode(item), item.caughtUp) : item;
    return mapStream(steps, step, { ended: () => ended.abort() });
  }
}

/** Converts the filter for the event log. Throws if a list is too long. */
function selectionOf(filter: EventFilter): Omit<EventSelection, 'reach'> {
  const { operationId, categories, types, kinds, levels, from, to } = filter;
  checkCount('types', types ?? []);
  checkCount('kinds', kinds ?? []);
  return {
    operationId: operationId ?? undefined,
    categories: categories ?? undefined,
    types: types ?? undefined,
    kinds: kinds ?? undefined,
    levels: levels ?? undefined,
    from: from ?? undefined,
    to: to ?? undefined,
  };
}

function checkCount(field: 'types' | 'kinds', { length }: readonly string[]): void {
  if (length <= MAX_FILTER_VALUES) return;
  const message = `A filter may list at most ${MAX_FILTER_VALUES} ${field}, not ${length}.`;
  throwProblem('INVALID_INPUT', message, { path: ['filter', field] });
}

function sequenceOf(key: readonly string[] | undefined): bigint | undefined {
  if (!key) return undefined;
  const [text = ''] = key;
  return /^\d{1,18}$/.test(text)
    ? BigInt(text)
    : throwProblem(
        'INVALID_CURSOR',
        'The cursor is not one of this list. Use endCursor of a page of it, or leave after out.',
        { path: ['after'] },
      );
}

function isWithin(at: Date, from: Date | undefined, to: Date | undefined): boolean {
  return (!from || at >= from) && (!to || at < to);
}

/** The object without its undefined properties. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as never;
}
