import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Occurrence } from '../kubelet-client.js';
import { events } from '../kubernetes/kinds/events.js';
import { type KubeObject, timestamp } from '../kubernetes/kinds/object.js';
import type { ApiCall, ClusterClient } from './cluster-client.js';
import { pathOf } from './object-cache.js';

const LOST = 'an event for a real control plane was lost';
/** Writes of a cluster's kubelets: at once, and per second. Statuses count too, but do not wait. */
const BURST = 100;
const PER_SECOND = 100;
/** Least milliseconds between two batches of events that had to wait. */
const MIN_WAIT_MS = 50;
/** Concurrent events. */
const MAX_CONCURRENT = 4;
/** Events that wait; further ones are lost. Those of 3,000 pods that start at once. */
const MAX_WAITING = 10_000;

/**
 * Sends events to a real API server. Events wait for the writes of statuses, which nodes and pods depend on, at a bounded rate; an event
 * that the API server does not take is lost, as those of kubelets are.
 */
export class RemoteEvents implements Disposable {
  private count = 0;
  private readonly waiting: ApiCall[] = [];
  private concurrent = 0;
  private tokens = BURST;
  private filledAt = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: ClusterClient,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  record(about: KubeObject, occurrence: Occurrence): void {
    const { namespace = 'default' } = about.metadata;
    const call: ApiCall = {
      method: 'POST',
      path: pathOf(events, { namespace }),
      body: this.event(about, occurrence),
    };
    if (this.waiting.length >= MAX_WAITING) return this.log.debug(LOST);
    this.waiting.push(call);
    this.sendNext();
  }

  /** Counts the write of a status, which events wait for. */
  yieldToStatus(): void {
    this.fill();
    this.tokens = Math.max(-BURST, this.tokens - 1);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.timer);
    this.waiting.length = 0;
  }

  private sendNext(): void {
    this.fill();
    while (this.waiting.length > 0 && this.concurrent < MAX_CONCURRENT && this.tokens >= 1) {
      this.tokens -= 1;
      void this.send(this.waiting.shift()!);
    }
    if (this.waiting.length === 0 || this.concurrent >= MAX_CONCURRENT || this.timer) return;
    const wait = Math.max(MIN_WAIT_MS, ((1 - this.tokens) / PER_SECOND) * 1000);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.sendNext();
    }, wait).unref();
  }

  private async send(call: ApiCall): Promise<void> {
    this.concurrent += 1;
    try {
      const { status, rejection } = await this.client.write(call);
      if (rejection !== undefined) this.log.debug({ status, rejection }, LOST);
    } catch (err) {
      this.log.debug({ err }, LOST);
    } finally {
      this.concurrent -= 1;
      this.sendNext();
    }
  }

  private fill(): void {
    const now = performance.now();
    this.tokens = Math.min(BURST, this.tokens + ((now - this.filledAt) / 1000) * PER_SECOND);
    this.filledAt = now;
  }

  private event({ apiVersion, kind, metadata }: KubeObject, occurrence: Occurrence): unknown {
    const { type, reason, message, component, host, fieldPath } = occurrence;
    const { name, namespace, uid, resourceVersion } = metadata;
    const now = this.clock.now();
    const at = timestamp(now);
    // The clock may show the same millisecond for several events.
    this.count += 1;
    return {
      metadata: {
        name: `${name}.${now.getTime().toString(16)}${this.count.toString(16)}`,
        namespace: namespace ?? 'default',
      },
      involvedObject: {
        ...{ apiVersion, kind, namespace, name, uid: kind === 'Node' ? name : uid, resourceVersion },
        ...(fieldPath && { fieldPath }),
      },
      ...{ type, reason, message, count: 1, firstTimestamp: at, lastTimestamp: at },
      source: { component, ...(host && { host }) },
    };
  }
}
