import { GraphQLError } from 'graphql';
import type { SerializedEvent } from './serialized-event.js';

/** Delivers events to one client. */
export interface Sink {
  /**
   * Whether the shared connection needs to drain because of other operations: events are queued until `ready`
   * is called.
   */
  readonly needsDrain?: boolean;
  /**
   * Delivers an event. Returns false when the connection needs to drain: no more events until `ready` is
   * called.
   */
  next(event: SerializedEvent): boolean;
  /** The subscription has ended with these errors. */
  error(errors: readonly GraphQLError[]): void;
  /** The subscription has completed. */
  complete(): void;
}

/** Source of events of client subscriptions. */
export interface EventProducer {
  /** A client can receive events again. */
  resume(): void;
  /** Removes a client. */
  release(subscription: ClientSubscription): void;
}

/** Progress of a subscription group. */
export interface Progress {
  /** Number of events delivered to clients that keep up. */
  delivered: number;
}

export interface ClientSubscriptionOptions {
  readonly sink: Sink;
  /** Maximum number of queued events for a slow client, and of their bytes. */
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** Called when the client has been detached and must resume after its position. */
  readonly resubscribe: (subscription: ClientSubscription) => void;
  /** Called when an event cannot be delivered and the client must resubscribe. */
  readonly dropped: () => void;
  /** Called once, when the subscription ends or its client leaves. */
  readonly ended?: (subscription: ClientSubscription) => void;
}

/**
 * One client's subscription. Delivers events to its sink and queues a bounded number while the connection needs
 * to drain. On overflow the client is detached; once it has received the queued events, it resumes after its
 * position.
 */
export class ClientSubscription {
  /** Position of the last delivered or queued event. */
  position: string | undefined;
  producer: EventProducer | undefined;
  private queue: SerializedEvent[] = [];
  private bytes = 0;
  private needsDrain = false;
  private closed = false;
  private onFinish: (() => void) | undefined;
  private isDetached = false;
  private progress: Progress = { delivered: 0 };
  /** Number of the group's events offered to this client. */
  private offered = 0;

  constructor(private readonly options: ClientSubscriptionOptions) {}

  /** Whether an event would be delivered immediately. */
  get isWritable(): boolean {
    return !this.isBlocked && this.queue.length === 0;
  }

  get ended(): boolean {
    return this.closed || this.onFinish !== undefined;
  }

  /** Number of events that others of the group have received and this client has not. */
  get lag(): number {
    const waiting = this.queue.filter(({ bookmark }) => !bookmark).length;
    return waiting + Math.max(0, this.progress.delivered - this.offered);
  }

  /** Measures lag against the progress of a group from now on. */
  trackProgress(progress: Progress, missed = 0): void {
    this.progress = progress;
    this.offered = progress.delivered - missed;
  }

  /** Whether lag is measured against this progress. */
  tracksProgress(progress: Progress): boolean {
    return this.progress === progress;
  }

  /** Delivers or queues an event. Returns false when the queue is full. */
  offer(event: SerializedEvent): boolean {
    if (this.ended) return true;
    // Indicates a bug; a client that resumes after its cursor still gets every event.
    if (!this.isNext(event)) return this.drop([interruptedError()]);
    if (this.isWritable) this.deliver(event);
    else if (!this.enqueue(event)) return false;
    this.position = event.position ?? this.position;
    if (!event.bookmark) this.offered += 1;
    return true;
  }

  /** Ends the subscription because an event cannot be delivered. Returns true: no further action is needed. */
  drop(errors: readonly GraphQLError[]): true {
    this.options.dropped();
    this.fail(errors);
    return true;
  }

  /** Detaches, and resumes after the position once the client has received the queued events. */
  detachUntilDrained(): void {
    this.detach();
    this.isDetached = true;
    if (this.isWritable) this.resubscribe();
  }

  /** Detaches, and resumes after the position immediately. */
  resubscribe(): void {
    this.detach();
    this.isDetached = false;
    this.options.resubscribe(this);
  }

  /** The connection has drained. */
  ready(): void {
    if (this.closed) return;
    this.needsDrain = false;
    for (let event = this.dequeue(); event; event = this.dequeue()) this.deliver(event);
    if (!this.isWritable) return;
    if (this.onFinish) return this.finish();
    if (this.isDetached) this.resubscribe();
    else this.producer?.resume();
  }

  /** Resumes after the position; fails without one. */
  moveOrFail(errors?: readonly GraphQLError[]): void {
    if (this.position === undefined) this.fail(errors ?? [interruptedError()]);
    else this.resubscribe();
  }

  /** Ends the subscription after the queued events. */
  fail(errors: readonly GraphQLError[]): void {
    this.end(() => this.options.sink.error(errors));
  }

  complete(): void {
    this.end(() => this.options.sink.complete());
  }

  /** The client has disconnected or lost its permissions. */
  close(): void {
    if (this.closed) return;
    if (!this.ended) this.options.ended?.(this);
    this.closed = true;
    this.queue = [];
    this.detach();
  }

  /** Detaches from the producer. */
  detach(): void {
    const { producer } = this;
    this.producer = undefined;
    producer?.release(this);
  }

  private get isBlocked(): boolean {
    return this.needsDrain || this.options.sink.needsDrain === true;
  }

  /** Whether the event directly follows the last one: no gap and no duplicate. */
  private isNext({ follows }: SerializedEvent): boolean {
    return follows === undefined || this.position === undefined || follows === this.position;
  }

  private end(last: () => void): void {
    if (this.ended) return;
    this.options.ended?.(this);
    this.onFinish = last;
    this.detach();
    if (this.isWritable) this.finish();
  }

  private finish(): void {
    const { onFinish: last } = this;
    this.closed = true;
    last?.();
  }

  private deliver(event: SerializedEvent): void {
    if (!this.options.sink.next(event)) this.needsDrain = true;
  }

  private enqueue(event: SerializedEvent): boolean {
    const { maxEvents, maxBytes: bytes } = this.options;
    const full = this.queue.length >= maxEvents || this.bytes + event.bytes > bytes;
    if (full && this.queue.length > 0) return false;
    this.queue.push(event);
    this.bytes += event.bytes;
    return true;
  }

  private dequeue(): SerializedEvent | undefined {
    if (this.isBlocked) return undefined;
    const event = this.queue.shift();
    if (event) this.bytes -= event.bytes;
    return event;
  }
}

function interruptedError(): GraphQLError {
  return new GraphQLError('The stream was interrupted. Subscribe again.', {
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
}
