import { GraphQLError } from 'graphql';
import { isSlowConsumerError } from '../upstream/call/subgraph-source.js';
import type { ClientSubscription, EventProducer } from './client-subscription.js';
import type { StreamEvent } from '../execution/stream-event.js';
import { type SerializedEvent, serializeEvent } from './serialized-event.js';

/** Number of recent events that are kept, so that a client can join at a recent position. */
const RECENT_EVENTS = 32;
const RECENT_BYTES = 256 * 1024;

export interface SharedExecutionOptions {
  /** Opens the execution; the signal aborts when it is closed. */
  readonly open: (signal: AbortSignal) => AsyncGenerator<StreamEvent, undefined>;
  /** Position after which it starts; undefined starts with live events. */
  readonly after: string | undefined;
  /** Called after each event has been offered to all clients. */
  readonly delivered: (execution: SharedExecution, event: StreamEvent) => void;
  /** Called with each client when the actor of the execution has lost the rights that all clients have. */
  readonly onAccessChanged: (subscription: ClientSubscription, error: GraphQLError) => void;
  /** Called with a client that is too slow. */
  readonly onSlowConsumer: (subscription: ClientSubscription) => void;
  /** Called once, when the last client is removed or the execution ends. */
  readonly closed: (execution: SharedExecution) => void;
}

/**
 * One execution of a subscription for all clients at the same position. Events are pulled while at least one
 * client is writable; it closes with its last client.
 */
export class SharedExecution implements EventProducer {
  readonly subscribers = new Set<ClientSubscription>();
  /** Position of the last event. */
  position: string | undefined;
  /** Whether it has delivered all events up to now. */
  live: boolean;
  /** Whether it has delivered no event yet. */
  isNew = true;
  private readonly closing = new AbortController();
  private readonly recent: SerializedEvent[] = [];
  private recentBytes = 0;
  private wake: (() => void) | undefined;

  constructor(private readonly options: SharedExecutionOptions) {
    this.position = options.after;
    this.live = options.after === undefined;
  }

  get closed(): boolean {
    return this.closing.signal.aborted;
  }

  /**
   * Starts the execution. Separate from the constructor, so that the first client is attached before the first
   * event.
   */
  start(): void {
    void this.run();
  }

  attach(subscription: ClientSubscription): void {
    subscription.producer = this;
    this.subscribers.add(subscription);
    this.resume();
  }

  release(subscription: ClientSubscription): void {
    if (this.subscribers.delete(subscription) && this.subscribers.size === 0) this.close();
  }

  resume(): void {
    this.wake?.();
  }

  /**
   * Recent events after a position. Undefined when the position is not among them, or when one of the events
   * has errors: a client that resumes for a complete event must not get the same errors again.
   */
  eventsAfter(position: string): readonly SerializedEvent[] | undefined {
    if (position === this.position) return [];
    const at = this.recent.findLastIndex((serialized) => serialized.position === position);
    const missed = this.recent.slice(at + 1);
    return at < 0 || missed.some(({ hasErrors: faulty }) => faulty) ? undefined : missed;
  }

  private close(): void {
    if (this.closed) return;
    this.closing.abort();
    this.resume();
    this.options.closed(this);
  }

  private async run(): Promise<void> {
    try {
      const events = this.options.open(this.closing.signal);
      for (;;) {
        // The first event is pulled even when no client is writable, because it fixes the start of the stream.
        if (!this.isNew && !this.isWritable()) await this.untilWritable();
        if (this.closed) return void events.return(undefined);
        const step = await events.next();
        if (this.closed) return void events.return(undefined);
        if (step.done) return this.end((subscription) => subscription.complete());
        this.deliver(step.value);
      }
    } catch (error) {
      if (isAccessChanged(error))
        return this.end((subscription) => this.options.onAccessChanged(subscription, error));
      if (isSlowConsumerError(error)) return this.end(this.options.onSlowConsumer);
      this.end((subscription) => subscription.fail([error instanceof GraphQLError ? error : endedError()]));
    }
  }

  /** Waits until a client is writable. New events may be appended during the wait, so the execution is no longer live. */
  private async untilWritable(): Promise<void> {
    while (!this.closed && !this.isWritable()) {
      this.live = false;
      await new Promise<void>((resolve) => (this.wake = resolve));
      this.wake = undefined;
    }
  }

  private isWritable(): boolean {
    for (const subscription of this.subscribers) if (subscription.isWritable) return true;
    return false;
  }

  private deliver(event: StreamEvent): void {
    const serialized = serializeEvent(event, this.position);
    this.isNew = false;
    this.position = serialized.position ?? this.position;
    this.keepRecent(serialized);
    for (const subscription of this.subscribers)
      if (!subscription.offer(serialized)) this.options.onSlowConsumer(subscription);
    this.options.delivered(this, event);
  }

  private keepRecent(event: SerializedEvent): void {
    if (event.position === undefined) return;
    this.recent.push(event);
    this.recentBytes += event.bytes;
    while (this.recent.length > RECENT_EVENTS || this.recentBytes > RECENT_BYTES)
      this.recentBytes -= this.recent.shift()?.bytes ?? 0;
  }

  private end(last: (subscription: ClientSubscription) => void): void {
    const subscriptions = [...this.subscribers];
    // Close first: a client that resubscribes immediately must not join this execution again.
    this.close();
    for (const subscription of subscriptions) last(subscription);
  }
}

function isAccessChanged(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && error.extensions['code'] === 'ACCESS_CHANGED';
}

function endedError(): GraphQLError {
  return new GraphQLError('The subscription has ended.', { extensions: { code: 'SERVICE_UNAVAILABLE' } });
}
