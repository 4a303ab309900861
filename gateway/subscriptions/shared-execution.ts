import { GraphQLError } from 'graphql';
import { isSlowConsumerError } from '../upstream/call/subgraph-source.js';
import type { ClientSubscription, EventProducer } from './client-subscription.js';
import type { StreamEvent } from '../execution/stream-event.js';
import { type SerializedEvent, serializeEvent } from './serialized-event.js';

/** Frames that a channel remembers, so that who stands a little behind can join it. */
const RECENT_EVENTS = 32;
const RECENT_BYTES = 256 * 1024;

export interface SharedExecutionOptions {
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
  readonly subscribers = new Set<ClientSubscription>();
  /** Behind which event it stands. */
  position: string | undefined;
  /** Whether it has told everything that has happened until now. */
  live: boolean;
  /** Whether it has told nothing yet. */
  isNew = true;
  private readonly gone = new AbortController();
  private readonly recent: SerializedEvent[] = [];
  private recentBytes = 0;
  private wake: (() => void) | undefined;

  constructor(private readonly options: SharedExecutionOptions) {
    this.position = options.after;
    this.live = options.after === undefined;
  }

  get closed(): boolean {
    return this.gone.signal.aborted;
  }

  /** Begins. Apart from the constructor, so that the first feed is there before the first event. */
  start(): void {
    void this.run();
  }

  attach(feed: ClientSubscription): void {
    feed.producer = this;
    this.subscribers.add(feed);
    this.resume();
  }

  release(feed: ClientSubscription): void {
    if (this.subscribers.delete(feed) && this.subscribers.size === 0) this.close();
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
    return at < 0 || told.some(({ hasErrors: faulty }) => faulty) ? undefined : told;
  }

  private close(): void {
    if (this.closed) return;
    this.gone.abort();
    this.resume();
    this.options.closed(this);
  }

  private async run(): Promise<void> {
    try {
      const events = this.options.open(this.gone.signal);
      for (;;) {
        // Where it begins is decided now, whether or not the network is free.
        if (!this.isNew && !this.isWritable()) await this.untilWritable();
        if (this.closed) return void events.return(undefined);
        const step = await events.next();
        if (this.closed) return void events.return(undefined);
        if (step.done) return this.end((feed) => feed.complete());
        this.deliver(step.value);
      }
    } catch (error) {
      if (isSlowConsumerError(error)) return this.end(this.options.onSlowConsumer);
      this.end((feed) => feed.fail([error instanceof GraphQLError ? error : endedError()]));
    }
  }

  /** Waits until somebody can take an event. Meanwhile others may happen: it is not up to date any more. */
  private async untilWritable(): Promise<void> {
    while (!this.closed && !this.isWritable()) {
      this.live = false;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
  }

  private isWritable(): boolean {
    for (const feed of this.subscribers) if (feed.isWritable) return true;
    return false;
  }

  private deliver(event: StreamEvent): void {
    const frame = serializeEvent(event, this.position);
    this.isNew = false;
    this.position = frame.position ?? this.position;
    this.keepRecent(frame);
    for (const feed of this.subscribers) if (!feed.offer(frame)) this.options.onSlowConsumer(feed);
    this.options.delivered(this, event);
  }

  private keepRecent(frame: SerializedEvent): void {
    if (frame.position === undefined) return;
    this.recent.push(frame);
    this.recentBytes += frame.bytes;
    while (this.recent.length > RECENT_EVENTS || this.recentBytes > RECENT_BYTES)
      this.recentBytes -= this.recent.shift()?.bytes ?? 0;
  }

  private end(last: (feed: ClientSubscription) => void): void {
    const feeds = [...this.subscribers];
    // First: who goes on elsewhere at once must not be sent back here.
    this.close();
    for (const feed of feeds) last(feed);
  }
}

function endedError(): GraphQLError {
  return new GraphQLError('The subscription has ended.', { extensions: { code: 'SERVICE_UNAVAILABLE' } });
}
