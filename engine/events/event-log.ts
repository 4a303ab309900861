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

/** Events read in one statement; bounds the memory of a slow reader. */
const BATCH = 500;
/** Poll interval of a reader without notifications: a lost notification delays events and never loses one. */
const SAFETY_POLL_MS = 10_000;

/** Accounts whose last known head is cached; for others the database is queried. */
const MAX_KNOWN_HEADS = 10_000;

/** Poll interval on a replica, whose replay sends no notification. */
const REPLICA_POLL_MS = 100;

export interface FollowOptions {
  /** Position after which the stream starts. Default: the head of the log. */
  readonly after?: bigint;
  readonly filter?: EventFilter;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

/** State of a stream whose events are mapped. */
interface MappedStream<T> {
  readonly map: (event: LoggedEvent) => T | undefined | Promise<T | undefined>;
  readonly marks: BookmarkPolicy;
  readonly follower: EventLogReader;
  readonly signal: AbortSignal;
}

/** Reads the event log: single pages, and new events as they are appended. */
export class EventLog implements AsyncDisposable {
  /** The readers of the log in this process. */
  readonly readers = new EventLogReaders();
  private readonly closing = new AbortController();
  /** Last heads that this process has read, by account; the head of a log never decreases. */
  private readonly knownHeads = new LRUCache<string, bigint>({ max: MAX_KNOWN_HEADS });

  private constructor(
    private readonly database: Database,
    private readonly notifier: EventNotifier,
  ) {}

  /**
   * Opens the log. New events are notified over NATS when `nats` is given (an engine relays them, see nats-relay.ts),
   * else over a LISTEN connection of its own.
   */
  static async open(database: OpenDatabase, log: Log, nats?: NatsOptions): Promise<EventLog> {
    const notifier = nats ? await openNatsNotifier(nats, log) : await openPostgresNotifier(database.url, log);
    return new EventLog(database.prisma, notifier);
  }

  /** Sequence of the account's newest event; 0 if there is none. */
  async head(account: string): Promise<bigint> {
    const counter = await this.database.eventCounter.findUnique({ where: { account } });
    const head = counter?.lastSequence ?? 0n;
    this.rememberHead(account, head);
    return head;
  }

  /** Waits until the log has reached the sequence; false when it has not after `timeoutMs` milliseconds. */
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
        const remainingMs = deadline - performance.now();
        if (remainingMs <= 0) return false;
        await subscriber.next(Math.min(remainingMs, REPLICA_POLL_MS), signal);
      }
      return false;
    } finally {
      subscriber.close();
    }
  }

  /** At most `limit` events after the position, oldest first; with `descending` before it, newest first. */
  async read(account: string, page: EventPage): Promise<LoggedEvent[]> {
    return toEvents(account, await this.rows(account, page));
  }

  /**
   * Every matching event after the position: first the stored events, then new ones, without gap or duplicate. Throws
   * `CURSOR_EXPIRED` when the next event is pruned, `INVALID_CURSOR` when the position is ahead of the log. Ends when the
   * signal aborts or the log is closed.
   */
  async *follow(account: string, options: FollowOptions = {}): AsyncGenerator<LoggedEvent, void, undefined> {
    for await (const step of this.tail(account, options)) if (!(step instanceof LogBookmark)) yield step;
  }

  /**
   * As `follow`, with bookmarks, which advance the position while no event matches: one when all stored events are read, then
   * one after 50 events that do not match, or when the last yielded position is ten seconds old.
   */
  tail(
    account: string,
    options: FollowOptions = {},
  ): AsyncGenerator<LoggedEvent | LogBookmark, void, undefined> {
    return this.followMapped(account, options, (event) => event);
  }

  /** As `tail`, but yields the results of `map`; an event that `map` maps to undefined is not yielded. */
  async *followMapped<T>(
    account: string,
    options: FollowOptions,
    map: MappedStream<T>['map'],
  ): AsyncGenerator<T | LogBookmark, void, undefined> {
    // Subscribe before reading, so that an event appended in between is notified.
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
    const counter = rows[0] ?? { lastSequence: 0n, prunedSequence: 0n };
    this.rememberHead(account, BigInt(counter.lastSequence));
    if (after < counter.prunedSequence) throwCursorExpired();
    if (after > counter.lastSequence)
      throwProblem('INVALID_CURSOR', 'The cursor is ahead of the event log.', { path: ['after'] });
    const events = toEvents(account, rows);
    const more = events.length === BATCH;
    return {
      events,
      more,
      position: more ? (events.at(-1)?.sequence ?? after) : BigInt(counter.lastSequence),
    };
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

/** Yields the mapped events until the signal aborts; the reader's position follows the consumer. */
async function* mapEvents<T>(
  events: readonly LoggedEvent[],
  { map, marks, follower, signal }: MappedStream<T>,
): AsyncGenerator<T | LogBookmark, void, undefined> {
  for (const event of events) {
    const mapped = await map(event);
    if (signal.aborted) return;
    if (mapped !== undefined) marks.published(event.sequence);
    const step = mapped ?? marks.at(event.sequence);
    if (step !== undefined) yield step;
    follower.position = event.sequence;
  }
}
