import { LRUCache } from 'lru-cache';
import type { Database, OpenDatabase } from '../../kernel/postgres/database.js';
import type { Log } from '../../kernel/log.js';
import { throwProblem } from '../../kernel/result.js';
import type { LoggedEvent } from '../contract.js';
import { EventLogReaders, type EventLogReader } from './event-log-readers.js';
import type { EventNotifier } from './event-notifier.js';
import { type NatsOptions } from './nats-connection.js';
import { openNatsNotifier } from './nats-notifier.js';
import { openPostgresNotifier } from './postgres-notifier.js';
import { LogBookmark, BookmarkPolicy } from './log-bookmarks.js';
import { selectEvents, toEvents, type EventFilter, type EventPage, type EventRow } from './event-rows.js';

export type { EventFilter, EventPage } from './event-rows.js';
export { LogBookmark } from './log-bookmarks.js';

/** Events read at once by a follower; what a slow reader costs in memory. */
const BATCH = 500;
/** A follower that hears nothing looks into the log this often: a lost pulse delays, it never loses. */
const SAFETY_POLL_MS = 10_000;

/** Accounts of which it is remembered how far their log was; of others the database is asked. */
const MAX_KNOWN_HEADS = 10_000;

/** A replica is not told that it has got further: who waits for it looks this often. */
const REPLICA_POLL_MS = 100;

export interface FollowOptions {
  /** The position after which to begin; the log's present head when left out. */
  readonly after?: bigint;
  readonly filter?: EventFilter;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

/** How a stream tells the events that it reads. */
interface MappedStream<T> {
  readonly map: (event: LoggedEvent) => T | undefined | Promise<T | undefined>;
  readonly marks: BookmarkPolicy;
  readonly follower: EventLogReader;
  readonly signal: AbortSignal;
}

/** Reads the event log: pages of it, and its tail as it grows. */
export class EventLog implements AsyncDisposable {
  /** Who follows the log in this process. */
  readonly readers = new EventLogReaders();
  private readonly closing = new AbortController();
  /** Newest events of accounts that this process has seen in its database, which does not go back behind them. */
  private readonly knownHeads = new LRUCache<string, bigint>({ max: MAX_KNOWN_HEADS });

  private constructor(
    private readonly database: Database,
    private readonly notifier: EventNotifier,
  ) {}

  /**
   * Opens the log. It hears of new events by NATS where `nats` is given (an engine must relay them, see
   * `nats/nats-relay.ts`), else by a LISTEN connection of its own.
   */
  static async open(database: OpenDatabase, log: Log, nats?: NatsOptions): Promise<EventLog> {
    const notifier = nats ? await openNatsNotifier(nats, log) : await openPostgresNotifier(database.url, log);
    return new EventLog(database.prisma, notifier);
  }

  /** The sequence of the account's newest event, 0 when there is none. */
  async head(account: string): Promise<bigint> {
    const counter = await this.database.eventCounter.findUnique({ where: { account } });
    const head = counter?.last ?? 0n;
    this.rememberHead(account, head);
    return head;
  }

  /** Whether the log has got as far as an event, now or within `timeoutMs` milliseconds. */
  async waitForSequence(
    account: string,
    sequence: bigint,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<boolean> {
    if ((this.knownHeads.get(account) ?? 0n) >= sequence) return true;
    if ((await this.head(account)) >= sequence) return true;
    const subscriber = await this.notifier.subscribe(account);
    const deadline = performance.now() + timeoutMs;
    try {
      while (!signal?.aborted) {
        if ((await this.head(account)) >= sequence) return true;
        const left = deadline - performance.now();
        if (left <= 0) return false;
        await subscriber.next(Math.min(left, REPLICA_POLL_MS), signal);
      }
      return false;
    } finally {
      subscriber.close();
    }
  }

  /** At most `limit` events after a position, oldest first (or newest first, before it, when `descending`). */
  async read(account: string, page: EventPage): Promise<LoggedEvent[]> {
    return toEvents(account, await this.rows(account, page));
  }

  /**
   * Every matching event after the position: first what the log keeps, then what comes, without gap or repetition.
   * Refuses `CURSOR_EXPIRED` when the log no longer keeps what followed the position, `INVALID_CURSOR` when the log
   * has not got that far. Ends when the signal aborts or the log is closed.
   */
  async *follow(account: string, options: FollowOptions = {}): AsyncGenerator<LoggedEvent, void, undefined> {
    for await (const step of this.tail(account, options)) if (!(step instanceof LogBookmark)) yield step;
  }

  /**
   * The same with marks that say how far it is when there is nothing to tell: once when everything that the log keeps
   * has been told, then behind 50 events that do not match, or ten seconds of them.
   */
  tail(
    account: string,
    options: FollowOptions = {},
  ): AsyncGenerator<LoggedEvent | LogBookmark, void, undefined> {
    return this.followMapped(account, options, (event) => event);
  }

  /** The same with what `map` makes of the matching events; those of which it makes nothing are not told. */
  async *followMapped<T>(
    account: string,
    options: FollowOptions,
    map: MappedStream<T>['map'],
  ): AsyncGenerator<T | LogBookmark, void, undefined> {
    // Listening begins before reading, so nothing can be appended unheard in between.
    const subscriber = await this.notifier.subscribe(account);
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.closing.signal])
      : this.closing.signal;
    const follower = this.readers.add(account, options.after ?? 0n);
    try {
      let position = options.after ?? (await this.head(account));
      follower.position = position;
      const marks = new BookmarkPolicy(position);
      while (!signal.aborted) {
        const batch = await this.batch(account, position, options.filter);
        yield* mapEvents(batch.events, { map, marks, follower, signal });
        position = follower.position = batch.position;
        const bookmark = batch.more ? marks.at(position) : marks.atEnd(position);
        if (bookmark && !signal.aborted) yield bookmark;
        if (!batch.more) await subscriber.next(SAFETY_POLL_MS, signal);
      }
    } finally {
      this.readers.remove(follower);
      subscriber.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort();
    await this.notifier[Symbol.asyncDispose]();
  }

  private async batch(account: string, after: bigint, filter: EventFilter | undefined) {
    const rows = await this.rows(account, { after, limit: BATCH, ...(filter && { filter }) });
    const counter = rows[0] ?? { last: 0n, pruned: 0n };
    this.rememberHead(account, BigInt(counter.last));
    if (after < counter.pruned) throwCursorExpired();
    if (after > counter.last)
      throwProblem('INVALID_CURSOR', 'The cursor is ahead of the event log.', { path: ['after'] });
    const events = toEvents(account, rows);
    const more = events.length === BATCH;
    return { events, more, position: more ? (events.at(-1)?.sequence ?? after) : BigInt(counter.last) };
  }

  private rememberHead(account: string, head: bigint): void {
    if (head > (this.knownHeads.get(account) ?? 0n)) this.knownHeads.set(account, head);
  }

  private rows(account: string, page: EventPage): Promise<EventRow[]> {
    return this.database.$queryRaw<EventRow[]>(selectEvents(account, page));
  }
}

function throwCursorExpired(): never {
  return throwProblem('CURSOR_EXPIRED', 'The event log no longer keeps what followed this cursor.', {
    path: ['after'],
  });
}

/** What is made of the events, until the signal aborts; the follower is as far as what was taken. */
async function* mapEvents<T>(
  events: readonly LoggedEvent[],
  { map, marks, follower, signal }: MappedStream<T>,
): AsyncGenerator<T | LogBookmark, void, undefined> {
  for (const event of events) {
    const answer = await map(event);
    if (signal.aborted) return;
    if (answer !== undefined) marks.published(event.sequence);
    const step = answer ?? marks.at(event.sequence);
    if (step !== undefined) yield step;
    follower.position = event.sequence;
  }
}
