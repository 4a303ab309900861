import { GraphQLError } from 'graphql';
import type { SerializedEvent } from './serialized-event.js';

/** The way to one client. Everything is handed over at once; what the network does with it is the sink's. */
export interface Sink {
  /**
   * Whether the network is behind because of others who share the connection: what may wait is not handed over before
   * `ready` of the feed is called.
   */
  readonly needsDrain?: boolean;
  /** Hands over an event. False: the network is behind; nothing more until `ready` of the feed is called. */
  next(frame: SerializedEvent): boolean;
  /** The subscription has ended with these errors. */
  error(errors: readonly GraphQLError[]): void;
  /** The subscription has ended by itself. */
  complete(): void;
}

/** What a feed is fed by. */
export interface EventProducer {
  /** A feed can take events again. */
  resume(): void;
  /** The feed wants no more. */
  release(feed: ClientSubscription): void;
}

/** How far a group of feeds is. */
export interface Progress {
  /** Events that those who keep up have been told. */
  delivered: number;
}

export interface ClientSubscriptionOptions {
  readonly sink: Sink;
  /** Events that may wait for a slow client, and bytes of them. */
  readonly maxEvents: number;
  readonly maxBytes: number;
  /** Called when it has been detached from what feeds it and has to be fed behind its position. */
  readonly resubscribe: (feed: ClientSubscription) => void;
  /** Called when an event cannot be given to the client, which is sent away to subscribe again. */
  readonly dropped: () => void;
}

/**
 * One client's subscription: hands events to its sink, and keeps a bounded number while the network is behind. When
 * more would have to be kept it is let go of; once the client has taken the rest, it is fed behind its position.
 */
export class ClientSubscription {
  /** Behind which event the feed stands, waiting ones included. */
  position: string | undefined;
  producer: EventProducer | undefined;
  private queue: SerializedEvent[] = [];
  private bytes = 0;
  private needsDrain = false;
  private closed = false;
  private onFinish: (() => void) | undefined;
  private isDetached = false;
  private progress: Progress = { delivered: 0 };
  /** How many of the group's events it has been offered. */
  private offered = 0;

  constructor(private readonly options: ClientSubscriptionOptions) {}

  /** Whether an event would go out at once. */
  get isWritable(): boolean {
    return !this.isBlocked && this.queue.length === 0;
  }

  get ended(): boolean {
    return this.closed || this.onFinish !== undefined;
  }

  /** Events that others of the group have been told and this client's network has not taken yet. */
  get lag(): number {
    const waiting = this.queue.filter(({ bookmark }) => !bookmark).length;
    return waiting + Math.max(0, this.progress.delivered - this.offered);
  }

  /** Counts its lag by a group's progress from now on. */
  trackProgress(progress: Progress, missed = 0): void {
    this.progress = progress;
    this.offered = progress.delivered - missed;
  }

  /** Whether its lag is counted by this progress. */
  tracksProgress(progress: Progress): boolean {
    return this.progress === progress;
  }

  /** Takes an event, or answers false: it is too far behind to keep another. */
  offer(frame: SerializedEvent): boolean {
    if (this.ended) return true;
    // Can only be a bug; who resumes behind the own cursor still loses nothing.
    if (!this.isNext(frame)) return this.drop([interruptedError()]);
    if (this.isWritable) this.deliver(frame);
    else if (!this.enqueue(frame)) return false;
    this.position = frame.position ?? this.position;
    if (!frame.bookmark) this.offered += 1;
    return true;
  }

  /** Ends it because an event cannot be given to its client. Answers true: nothing more is to be done about it. */
  drop(errors: readonly GraphQLError[]): true {
    this.options.dropped();
    this.fail(errors);
    return true;
  }

  /** Lets go, and goes on behind the position once the client has taken what waits for it. */
  detachUntilDrained(): void {
    this.detach();
    this.isDetached = true;
    if (this.isWritable) this.resubscribe();
  }

  /** Lets go, and goes on behind the position at once. */
  resubscribe(): void {
    this.detach();
    this.isDetached = false;
    this.options.resubscribe(this);
  }

  /** The network takes events again. */
  ready(): void {
    if (this.closed) return;
    this.needsDrain = false;
    for (let frame = this.dequeue(); frame; frame = this.dequeue()) this.deliver(frame);
    if (!this.isWritable) return;
    if (this.onFinish) return this.finish();
    if (this.isDetached) this.resubscribe();
    else this.producer?.resume();
  }

  /** Ends it behind what waits. */
  fail(errors: readonly GraphQLError[]): void {
    this.end(() => this.options.sink.error(errors));
  }

  complete(): void {
    this.end(() => this.options.sink.complete());
  }

  /** The client has left, or may not stay. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.queue = [];
    this.detach();
  }

  /** Lets go of what it is fed by. */
  detach(): void {
    const { producer: feeder } = this;
    this.producer = undefined;
    feeder?.release(this);
  }

  private get isBlocked(): boolean {
    return this.needsDrain || this.options.sink.needsDrain === true;
  }

  /** Whether the event is the one behind what the client has been told: nothing left out, nothing told twice. */
  private isNext({ follows }: SerializedEvent): boolean {
    return follows === undefined || this.position === undefined || follows === this.position;
  }

  private end(last: () => void): void {
    if (this.ended) return;
    this.onFinish = last;
    this.detach();
    if (this.isWritable) this.finish();
  }

  private finish(): void {
    const { onFinish: last } = this;
    this.closed = true;
    last?.();
  }

  private deliver(frame: SerializedEvent): void {
    if (!this.options.sink.next(frame)) this.needsDrain = true;
  }

  private enqueue(frame: SerializedEvent): boolean {
    const { maxEvents: frames, maxBytes: bytes } = this.options;
    const full = this.queue.length >= frames || this.bytes + frame.bytes > bytes;
    if (full && this.queue.length > 0) return false;
    this.queue.push(frame);
    this.bytes += frame.bytes;
    return true;
  }

  private dequeue(): SerializedEvent | undefined {
    if (this.isBlocked) return undefined;
    const frame = this.queue.shift();
    if (frame) this.bytes -= frame.bytes;
    return frame;
  }
}

function interruptedError(): GraphQLError {
  return new GraphQLError('The stream was interrupted. Subscribe again.', {
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
}
