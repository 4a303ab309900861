import { slowConsumerError } from '../upstream/call/subgraph-source.js';
import { SharedExecution } from './shared-execution.js';
import type { ClientSubscription, Progress } from './client-subscription.js';
import type { StreamEvent } from '../execution/stream-event.js';
import { type SerializedEvent, serializeEvent } from './serialized-event.js';
import type { SubscriptionTraits } from '../document/subscription-traits.js';

export interface GroupOptions {
  readonly form: SubscriptionTraits;
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
  private readonly channels = new Set<SharedExecution>();
  private readonly progress: Progress = { told: 0 };
  private retired = false;

  constructor(private readonly options: GroupOptions) {}

  /** Feeds from behind a position, or from now on when it is null. */
  join(feed: ClientSubscription, after: unknown): void {
    const tail = this.joinable(after);
    if (!tail) return this.openFor(feed, after);
    const missed = typeof after === 'string' ? (tail.eventsAfter(after) ?? []) : standing(tail);
    this.move(feed, tail, missed);
  }

  /** From now on each feed leaves for a newer group as soon as its position is known; nobody joins any more. */
  retire(): void {
    this.retired = true;
    for (const channel of [...this.channels]) this.leaveRetired(channel);
  }

  private joinable(after: unknown): SharedExecution | undefined {
    const { tail } = this;
    const { kind } = this.options.form;
    if (!tail || tail.over) return undefined;
    if (kind === 'state') return tail.fresh ? tail : undefined;
    if (after === null) return tail.live ? tail : undefined;
    return typeof after === 'string' && tail.eventsAfter(after) ? tail : undefined;
  }

  private openFor(feed: ClientSubscription, after: unknown): void {
    // Who was let go of is as far behind as before; of others it is not known how far.
    if (!feed.isMeasuredBy(this.progress)) feed.measureBy(this.progress);
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
    this.channels.add(channel);
    channel.attach(feed);
    this.prefer(channel);
    channel.start();
  }

  private delivered(channel: SharedExecution, { caughtUp, result }: StreamEvent): void {
    if (channel === this.tail && result) this.progress.told += 1;
    if (this.retired) return this.leaveRetired(channel);
    if (this.options.form.kind !== 'log' || channel.over) return;
    if (caughtUp) channel.live = true;
    this.prefer(channel);
    if (channel !== this.tail) this.merge(channel);
    else if (this.channels.size > 1) for (const other of [...this.channels]) this.merge(other);
  }

  /** Makes a channel the tail when there is none, or when it alone has told everything. */
  private prefer(channel: SharedExecution): void {
    const { tail } = this;
    const isBetter = channel.live && !tail?.live;
    if (!tail || tail.over || isBetter || this.options.form.kind === 'state') this.lead(channel);
  }

  /** From now on the lag of the others is how far they are behind this channel. */
  private lead(channel: SharedExecution): void {
    if (this.tail === channel) return;
    this.tail = channel;
    for (const feed of channel.feeds) feed.measureBy(this.progress);
  }

  /** Puts the feeds of a channel on the tail when it is known what they would miss. */
  private merge(channel: SharedExecution): void {
    const { tail } = this;
    if (!tail || channel === tail || channel.position === undefined || channel.fresh) return;
    const missed = tail.eventsAfter(channel.position);
    if (missed) for (const feed of [...channel.feeds]) this.move(feed, tail, missed);
  }

  private move(feed: ClientSubscription, tail: SharedExecution, missed: readonly SerializedEvent[]): void {
    feed.detach();
    tail.attach(feed);
    feed.measureBy(this.progress, missed.filter(({ bookmark }) => !bookmark).length);
    for (const frame of missed) {
      if (!feed.offer(frame)) return this.outpaced(feed);
    }
  }

  /** A slow client gets what it has missed once it has taken what waits for it, from a stream of its own. */
  private outpaced(feed: ClientSubscription): void {
    if (this.options.form.resumable && feed.position !== undefined) feed.detachUntilDrained();
    else feed.drop([slowConsumerError()]);
  }

  private leaveRetired(channel: SharedExecution): void {
    if (!this.options.form.resumable || channel.position === undefined) return;
    for (const feed of [...channel.feeds]) {
      feed.position ??= channel.position;
      feed.resubscribe();
    }
  }

  private closed(channel: SharedExecution): void {
    this.channels.delete(channel);
    if (this.tail === channel) this.tail = undefined;
    if (this.channels.size === 0) this.options.closed();
  }
}

/** Where a channel stands, for who begins there: a client that knows it loses nothing when its connection ends at once. */
function standing({ position }: SharedExecution): readonly SerializedEvent[] {
  return position === undefined ? [] : [serializeEvent({ position })];
}
