import { GraphQLError } from 'graphql';
import { isSlowConsumerError } from '../upstream/call/subgraph-source.js';
import type { ClientSubscription, EventProducer } from './client-subscription.js';
import type { StreamEvent } from '../execution/stream-event.js';
import { type SerializedEvent, serializeEvent } from './serialized-event.js';

/** Frames that a channel remembers, so that who stands a little behind can join it. */
const REMEMBERED = 32;
const REMEMBERED_BYTES = 256 * 1024;

export interface ChannelOptions {
  /** Opens the execution; its signal aborts when the channel is closed. */
  readonly open: (signal: AbortSignal) => AsyncGenerator<StreamEvent, undefined>;
  /** Behind which position it was opened; undefined: from now on. */
  readonly after: string | undefined;
  /** Called behind each event that everyone has been offered. */
  readonly delivered: (channel: SharedExecution, event: StreamEvent) => void;
  /** Called with a feed that is too slow for the others. */
  readonly onSlowConsumer: (feed: ClientSubscription) => void;
  /** Called once, when nobody listens any more or the execution is over. */
  readonly closed: (channel: SharedExecution) => void;
}

/**
 * One execution of a subscription, for everyone who stands at the same position. It is pulled as long as somebody can
 * take an event at once; it closes with the last feed.
 */
export class SharedExecution implements EventProducer {
  readonly feeds = new Set<ClientSubscription>();
  /** Behind which event it stands. */
  position: string | undefined;
  /** Whether it has told everything that has happened until now. */
  live: boolean;
  /** Whether it has told nothing yet. */
  fresh = true;
  private readonly gone = new AbortController();
  private readonly recent: SerializedEvent[] = [];
  private recentBytes = 0;
  private wake: (() => void) | undefined;

  constructor(private readonly options: ChannelOptions) {
    this.position = options.after;
    this.live = options.after === undefined;
  }

  get over(): boolean {
    return this.gone.signal.aborted;
  }

  /** Begins. Apart from the constructor, so that the first feed is there before the first event. */
  start(): void {
    void this.run();
  }

  attach(feed: ClientSubscription): void {
    feed.feeder = this;
    this.feeds.add(feed);
    this.resume();
  }

  release(feed: ClientSubscription): void {
    if (this.feeds.delete(feed) && this.feeds.size === 0) this.close();
  }

  resume(): void {
    this.wake?.();
  }

  /**
   * What was told behind a position; undefined when that is not known any more, or not yet, or when part of it failed:
   * who comes back for an event that was not whole must not be given the same again.
   */
  eventsAfter(position: string): readonly SerializedEvent[] | undefined {
    if (position === this.position) return [];
    const at = this.recent.findLastIndex((frame) => frame.position === position);
    const told = this.recent.slice(at + 1);
    return at < 0 || told.some(({ faulty }) => faulty) ? undefined : told;
  }

  private close(): void {
    if (this.over) return;
    this.gone.abort();
    this.resume();
    this.options.closed(this);
  }

  private async run(): Promise<void> {
    try {
      const events = this.options.open(this.gone.signal);
      for (;;) {
        // Where it begins is decided now, whether or not the network is free.
        if (!this.fresh && !this.isFlowing()) await this.room();
        if (this.over) return void events.return(undefined);
        const step = await events.next();
        if (this.over) return void events.return(undefined);
        if (step.done) return this.end((feed) => feed.complete());
        this.deliver(step.value);
      }
    } catch (error) {
      if (isSlowConsumerError(error)) return this.end(this.options.onSlowConsumer);
      this.end((feed) => feed.fail([error instanceof GraphQLError ? error : unknownEnd()]));
    }
  }

  /** Waits until somebody can take an event. Meanwhile others may happen: it is not up to date any more. */
  private async room(): Promise<void> {
    while (!this.over && !this.isFlowing()) {
      this.live = false;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
  }

  private isFlowing(): boolean {
    for (const feed of this.feeds) if (feed.flowing) return true;
    return false;
  }

  private deliver(event: StreamEvent): void {
    const frame = serializeEvent(event, this.position);
    this.fresh = false;
    this.position = frame.position ?? this.position;
    this.remember(frame);
    for (const feed of this.feeds) if (!feed.offer(frame)) this.options.onSlowConsumer(feed);
    this.options.delivered(this, event);
  }

  private remember(frame: SerializedEvent): void {
    if (frame.position === undefined) return;
    this.recent.push(frame);
    this.recentBytes += frame.bytes;
    while (this.recent.length > REMEMBERED || this.recentBytes > REMEMBERED_BYTES)
      this.recentBytes -= this.recent.shift()?.bytes ?? 0;
  }

  private end(last: (feed: ClientSubscription) => void): void {
    const feeds = [...this.feeds];
    // First: who goes on elsewhere at once must not be sent back here.
    this.close();
    for (const feed of feeds) last(feed);
  }
}

function unknownEnd(): GraphQLError {
  return new GraphQLError('The subscription has ended.', { extensions: { code: 'SERVICE_UNAVAILABLE' } });
}
