import { slowConsumerError } from '../upstream/call/subgraph-source.js';
import { SharedExecution } from './shared-execution.js';
import type { ClientSubscription, Progress } from './client-subscription.js';
import type { StreamEvent } from '../execution/stream-event.js';
import { type SerializedEvent, serializeEvent } from './serialized-event.js';
import type { SubscriptionTraits } from '../document/subscription-traits.js';

export interface SubscriptionGroupOptions {
  readonly traits: SubscriptionTraits;
  /** Opens an execution after a position; null uses the default start. */
  readonly open: (after: unknown, signal: AbortSignal) => AsyncGenerator<StreamEvent, undefined>;
  /** Called when the last client has left. */
  readonly closed: () => void;
}

/**
 * All clients with the same operation, variables and permissions. They converge on one execution, the tail; a
 * client that starts at another position has its own execution until both are at the same position.
 */
export class SubscriptionGroup {
  private tail: SharedExecution | undefined;
  private readonly executions = new Set<SharedExecution>();
  private readonly progress: Progress = { delivered: 0 };
  private retired = false;

  constructor(private readonly options: SubscriptionGroupOptions) {}

  /** Adds a client, after a position or with live events when it is null. */
  join(feed: ClientSubscription, after: unknown): void {
    const tail = this.joinable(after);
    if (!tail) return this.openFor(feed, after);
    const missed = typeof after === 'string' ? (tail.eventsAfter(after) ?? []) : positionBookmark(tail);
    this.move(feed, tail, missed);
  }

  /** Moves each client to a newer group as soon as its position is known; no client joins any more. */
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
    // A detached client keeps its measured lag; that of others is unknown.
    if (!feed.tracksProgress(this.progress)) feed.trackProgress(this.progress);
    const channel: SharedExecution = new SharedExecution({
      open: (signal) => this.options.open(after, signal),
      after: after === null ? undefined : String(after),
      delivered: (own, event) => this.delivered(own, event),
      onSlowConsumer: (slow) => {
        // A client without events is at the position of the others.
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

  /** Makes an execution the tail when there is none, or when only this one is live. */
  private prefer(channel: SharedExecution): void {
    const { tail } = this;
    const isBetter = channel.live && !tail?.live;
    if (!tail || tail.closed || isBetter || this.options.traits.kind === 'state') this.setTail(channel);
  }

  /** Makes an execution the tail, against which lag is measured. */
  private setTail(channel: SharedExecution): void {
    if (this.tail === channel) return;
    this.tail = channel;
    for (const feed of channel.subscribers) feed.trackProgress(this.progress);
  }

  /** Moves the clients of an execution to the tail when the events between both positions are known. */
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

  /** Detaches a slow client, which resumes on its own execution after it has received its queued events. */
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

/**
 * A bookmark with the position of an execution for a new client, so that it can resume even if its connection
 * ends immediately.
 */
function positionBookmark({ position }: SharedExecution): readonly SerializedEvent[] {
  return position === undefined ? [] : [serializeEvent({ position })];
}
