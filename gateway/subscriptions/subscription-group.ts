import { slowConsumerError } from '../upstream/call/subgraph-source.js';
import { SharedExecution } from './shared-execution.js';
import type { ClientSubscription, Progress } from './client-subscription.js';
import type { StreamEvent } from '../execution/stream-event.js';
import { type SerializedEvent, serializeEvent } from './serialized-event.js';
import type { SubscriptionTraits } from '../document/subscription-traits.js';

export interface SubscriptionGroupOptions {
  readonly traits: SubscriptionTraits;
  /** Opens an execution behind a position; null: where the stream begins by itself. */
  readonly open: (after: unknown, signal: AbortSignal) => AsyncGenerator<StreamEvent, undefined>;
  /** Called when nobody is left. */
  readonly closed: () => void;
}

/**
 * Everyone with the same operation, variables and rights. One channel is the tail that all of them end up on; who
 * begins elsewhere has a channel of its own until both stand at the same position.
 */
export class SubscriptionGroup {
  private tail: SharedExecution | undefined;
  private readonly executions = new Set<SharedExecution>();
  private readonly progress: Progress = { delivered: 0 };
  private retired = false;

  constructor(private readonly options: SubscriptionGroupOptions) {}

  /** Feeds from behind a position, or from now on when it is null. */
  join(feed: ClientSubscription, after: unknown): void {
    const tail = this.joinable(after);
    if (!tail) return this.openFor(feed, after);
    const missed = typeof after === 'string' ? (tail.eventsAfter(after) ?? []) : positionBookmark(tail);
    this.move(feed, tail, missed);
  }

  /** From now on each feed leaves for a newer group as soon as its position is known; nobody joins any more. */
  retire(): void {
    this.retired = true;
    for (const channel of [...this.executions]) this.leaveRetired(channel);
  }

  private joinable(after: unknown): SharedExecution | undefined {
    const { tail } = this;
    const { kind } = this.options.traits;
    if (!tail || tail.closed) return undefined;
    if (kind === 'state') return tail.isNew ? tail : undefined;
    if (after === null) return tail.live ? tail : undefined;
    return typeof after === 'string' && tail.eventsAfter(after) ? tail : undefined;
  }

  private openFor(feed: ClientSubscription, after: unknown): void {
    // Who was let go of is as far behind as before; of others it is not known how far.
    if (!feed.tracksProgress(this.progress)) feed.trackProgress(this.progress);
    const channel: SharedExecution = new SharedExecution({
      open: (signal) => this.options.open(after, signal),
      after: after === null ? undefined : String(after),
      delivered: (own, event) => this.delivered(own, event),
      onSlowConsumer: (slow) => {
        // Who has been told nothing yet stands where the others do.
        slow.position ??= channel.position;
        this.outpaced(slow);
      },
      closed: (own) => this.closed(own),
    });
    this.executions.add(channel);
    channel.attach(feed);
    this.prefer(channel);
    channel.start();
  }

  private delivered(channel: SharedExecution, { caughtUp, result }: StreamEvent): void {
    if (channel === this.tail && result) this.progress.delivered += 1;
    if (this.retired) return this.leaveRetired(channel);
    if (this.options.traits.kind !== 'log' || channel.closed) return;
    if (caughtUp) channel.live = true;
    this.prefer(channel);
    if (channel !== this.tail) this.merge(channel);
    else if (this.executions.size > 1) for (const other of [...this.executions]) this.merge(other);
  }

  /** Makes a channel the tail when there is none, or when it alone has told everything. */
  private prefer(channel: SharedExecution): void {
    const { tail } = this;
    const isBetter = channel.live && !tail?.live;
    if (!tail || tail.closed || isBetter || this.options.traits.kind === 'state') this.setTail(channel);
  }

  /** From now on the lag of the others is how far they are behind this channel. */
  private setTail(channel: SharedExecution): void {
    if (this.tail === channel) return;
    this.tail = channel;
    for (const feed of channel.subscribers) feed.trackProgress(this.progress);
  }

  /** Puts the feeds of a channel on the tail when it is known what they would miss. */
  private merge(channel: SharedExecution): void {
    const { tail } = this;
    if (!tail || channel === tail || channel.position === undefined || channel.isNew) return;
    const missed = tail.eventsAfter(channel.position);
    if (missed) for (const feed of [...channel.subscribers]) this.move(feed, tail, missed);
  }

  private move(feed: ClientSubscription, tail: SharedExecution, missed: readonly SerializedEvent[]): void {
    feed.detach();
    tail.attach(feed);
    feed.trackProgress(this.progress, missed.filter(({ bookmark }) => !bookmark).length);
    for (const frame of missed) {
      if (!feed.offer(frame)) return this.outpaced(feed);
    }
  }

  /** A slow client gets what it has missed once it has taken what waits for it, from a stream of its own. */
  private outpaced(feed: ClientSubscription): void {
    if (this.options.traits.resumable && feed.position !== undefined) feed.detachUntilDrained();
    else feed.drop([slowConsumerError()]);
  }

  private leaveRetired(channel: SharedExecution): void {
    if (!this.options.traits.resumable || channel.position === undefined) return;
    for (const feed of [...channel.subscribers]) {
      feed.position ??= channel.position;
      feed.resubscribe();
    }
  }

  private closed(channel: SharedExecution): void {
    this.executions.delete(channel);
    if (this.tail === channel) this.tail = undefined;
    if (this.executions.size === 0) this.options.closed();
  }
}

/** Where a channel stands, for who begins there: a client that knows it loses nothing when its connection ends at once. */
function positionBookmark({ position }: SharedExecution): readonly SerializedEvent[] {
  return position === undefined ? [] : [serializeEvent({ position })];
}
