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
  told: number;
}

export interface FeedOptions {
  readonly sink: Sink;
  /** Events that may wait for a slow client, and bytes of them. */
  readonly frames: number;
  readonly bytes: number;
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
  feeder: EventProducer | undefined;
  private queue: SerializedEvent[] = [];
  private bytes = 0;
  private needsDrain = false;
  private over = false;
  private last: (() => void) | undefined;
  private isDetached = false;
  private progress: Progress = { told: 0 };
  /** How many of the group's events it has been offered. */
  private offered = 0;

  constructor(private readonly options: FeedOptions) {}

  /** Whether an event would go out at once. */
  get flowing(): boolean {
    return !this.isHeld && this.queue.length === 0;
  }

  get ended(): boolean {
    return this.over || this.last !== undefined;
  }

  /** Events that others of the group have been told and this client's network has not taken yet. */
  get lag(): number {
    const waiting = this.queue.filter(({ bookmark }) => !bookmark).length;
    return waiting + Math.max(0, this.progress.told - this.offered);
  }

  /** Counts its lag by a group's progress from now on. */
  measureBy(progress: Progress, missed = 0): void {
    this.progress = progress;
    this.offered = progress.told - missed;
  }

  /** Whether its lag is counted by this progress. */
  isMeasuredBy(progress: Progress): boolean {
    return this.progress === progress;
  }

  /** Takes an event, or answers false: it is too far behind to keep another. */
  offer(frame: SerializedEvent): boolean {
    if (this.ended) return true;
    // Can only be a bug; who resumes behind the own cursor still loses nothing.
    if (!this.isNext(frame)) return this.drop([interrupted()]);
    if (this.flowing) this.hand(frame);
    else if (!this.keep(frame)) return false;
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
    if (this.flowing) this.resubscribe();
  }

  /** Lets go, and goes on behind the position at once. */
  resubscribe(): void {
    this.detach();
    this.isDetached = false;
    this.options.resubscribe(this);
  }

  /** The network takes events again. */
  ready(): void {
    if (this.over) return;
    this.needsDrain = false;
    for (let frame = this.take(); frame; frame = this.take()) this.hand(frame);
    if (!this.flowing) return;
    if (this.last) return this.finish();
    if (this.isDetached) this.resubscribe();
    else this.feeder?.resume();
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
    if (this.over) return;
    this.over = true;
    this.queue = [];
    this.detach();
  }

  /** Lets go of what it is fed by. */
  detach(): void {
    const { feeder } = this;
    this.feeder = undefined;
    feeder?.release(this);
  }

  private get isHeld(): boolean {
    return this.needsDrain || this.options.sink.needsDrain === true;
  }

  /** Whether the event is the one behind what the client has been told: nothing left out, nothing told twice. */
  private isNext({ follows }: SerializedEvent): boolean {
    return follows === undefined || this.position === undefined || follows === this.position;
  }

  private end(last: () => void): void {
    if (this.ended) return;
    this.last = last;
    this.detach();
    if (this.flowing) this.finish();
  }

  private finish(): void {
    const { last } = this;
    this.over = true;
    last?.();
  }

  private hand(frame: SerializedEvent): void {
    if (!this.options.sink.next(frame)) this.needsDrain = true;
  }

  private keep(frame: SerializedEvent): boolean {
    const { frames, bytes } = this.options;
    const full = this.queue.length >= frames || this.bytes + frame.bytes > bytes;
    if (full && this.queue.length > 0) return false;
    this.queue.push(frame);
    this.bytes += frame.bytes;
    return true;
  }

  private take(): SerializedEvent | undefined {
    if (this.isHeld) return undefined;
    const frame = this.queue.shift();
    if (frame) this.bytes -= frame.bytes;
    return frame;
  }
}

function interrupted(): GraphQLError {
  return new GraphQLError('The stream was interrupted. Subscribe again.', {
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
}
