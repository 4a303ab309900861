import { slowConsumerError } from '../upstream/call/subgraph-source.js';
import { SharedExecution } from './shared-execution.js';
import type { ClientSubscription, Progress } from './client-subscription.js';
import type { StreamEvent } from '../execution/stream-event.js';
import { type SerializedEvent, serializeEvent } from './serialized-event.js';
import type { SubscriptionTraits } from '../document/subscription-traits.js';

export interface SubscriptionGroupOptions {
  readonly traits: SubscriptionTraits;
  /** Opens an execution for a client after a position; null uses the default start. */
  readonly open: (
    after: unknown,
    signal: AbortSignal,
    subscription: ClientSubscription,
  ) => AsyncGenerator<StreamEvent, undefined>;
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
  join(subscription: ClientSubscription, after: unknown): void {
    const tail = this.joinable(after);
    if (!tail) return this.openFor(subscription, after);
    const missed = typeof after === 'string' ? (tail.eventsAfter(after) ?? []) : positionBookmark(tail);
    this.move(subscription, tail, missed);
  }

  /** Moves each client to a newer group as soon as its position is known; no client joins any more. */
  retire(): void {
    this.retired = true;
    for (const execution of [...this.executions]) this.leaveRetired(execution);
  }

  private joinable(after: unknown): SharedExecution | undefined {
    const { tail } = this;
    const { kind } = this.options.traits;
    if (!tail || tail.closed) return undefined;
    if (kind === 'state') return tail.isNew ? tail : undefined;
    if (after === null) return tail.live ? tail : undefined;
    return typeof after === 'string' && tail.eventsAfter(after) ? tail : undefined;
  }

  private openFor(subscription: ClientSubscription, after: unknown): void {
    // A detached client keeps its measured lag; that of others is unknown.
    if (!subscription.tracksProgress(this.progress)) subscription.trackProgress(this.progress);
    const execution: SharedExecution = new SharedExecution({
      open: (signal) => this.options.open(after, signal, subscription),
      after: after === null ? undefined : String(after),
      delivered: (execution, event) => this.delivered(execution, event),
      onAccessChanged: (member, error) => {
        // The execution acts as the client that opened it. Others continue as themselves.
        if (member === subscription) member.fail([error]);
        else member.moveOrFail([error]);
      },
      onSlowConsumer: (slow) => {
        // A client without events is at the position of the others.
        slow.position ??= execution.position;
        this.onSlowConsumer(slow);
      },
      closed: (execution) => this.closed(execution),
    });
    this.executions.add(execution);
    execution.attach(subscription);
    this.prefer(execution);
    execution.start();
  }

  private delivered(execution: SharedExecution, { caughtUp, result }: StreamEvent): void {
    if (execution === this.tail && result) this.progress.delivered += 1;
    if (this.retired) return this.leaveRetired(execution);
    if (this.options.traits.kind !== 'log' || execution.closed) return;
    if (caughtUp) execution.live = true;
    this.prefer(execution);
    if (execution !== this.tail) this.merge(execution);
    else if (this.executions.size > 1) for (const other of [...this.executions]) this.merge(other);
  }

  /** Makes an execution the tail when there is none, or when only this one is live. */
  private prefer(execution: SharedExecution): void {
    const { tail } = this;
    const isBetter = execution.live && !tail?.live;
    if (!tail || tail.closed || isBetter || this.options.traits.kind === 'state') this.setTail(execution);
  }

  /** Makes an execution the tail, against which lag is measured. */
  private setTail(execution: SharedExecution): void {
    if (this.tail === execution) return;
    this.tail = execution;
    for (const subscription of execution.subscribers) subscription.trackProgress(this.progress);
  }

  /** Moves the clients of an execution to the tail when the events between both positions are known. */
  private merge(execution: SharedExecution): void {
    const { tail } = this;
    if (!tail || execution === tail || execution.position === undefined || execution.isNew) return;
    const missed = tail.eventsAfter(execution.position);
    if (missed) for (const subscription of [...execution.subscribers]) this.move(subscription, tail, missed);
  }

  private move(
    subscription: ClientSubscription,
    tail: SharedExecution,
    missed: readonly SerializedEvent[],
  ): void {
    subscription.detach();
    tail.attach(subscription);
    subscription.trackProgress(this.progress, missed.filter(({ bookmark }) => !bookmark).length);
    for (const event of missed) {
      if (!subscription.offer(event)) return this.onSlowConsumer(subscription);
    }
  }

  /** Detaches a slow client, which resumes on its own execution after it has received its queued events. */
  private onSlowConsumer(subscription: ClientSubscription): void {
    if (this.options.traits.resumable && subscription.position !== undefined)
      subscription.detachUntilDrained();
    else subscription.drop([slowConsumerError()]);
  }

  private leaveRetired(execution: SharedExecution): void {
    if (!this.options.traits.resumable || execution.position === undefined) return;
    for (const subscription of [...execution.subscribers]) {
      subscription.position ??= execution.position;
      subscription.resubscribe();
    }
  }

  private closed(execution: SharedExecution): void {
    this.executions.delete(execution);
    if (this.tail === execution) this.tail = undefined;
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
