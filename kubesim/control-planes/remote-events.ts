import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Occurrence } from '../kubelet-client.js';
import { events } from '../kubernetes/kinds/events.js';
import { type KubeObject, timestamp } from '../kubernetes/kinds/object.js';
import { type ApiCall, type ClusterClient, MERGE_PATCH } from './cluster-client.js';
import { pathOf } from './object-cache.js';

const LOST = 'an event for a real control plane was lost';
/** Writes of a cluster's kubelets: at once, and per second. Statuses count too, but do not wait. */
const BURST = 100;
const PER_SECOND = 100;
/** Least milliseconds between two batches of events that had to wait: a process that works in turns uses less CPU. */
const MIN_WAIT_MS = 250;
/** Concurrent events: half of the calls of a client. */
const MAX_CONCURRENT = 8;
/** Different events that wait; further ones are lost. Three of each of 10,000 pods that start at once. */
const MAX_WAITING = 30_000;
/** Most events that were sent whose repetitions are counted, as in Kubernetes' clients. */
const MAX_SENT = 4_096;
/** Lifetime of an event after its last change in milliseconds: `--event-ttl` of API servers. */
const TTL_MS = 3_600_000;

/** An event that was sent, and how often it has been reported. */
interface SentEvent {
  readonly name: string;
  count: number;
}

/** An event that waits, and how often it has been reported meanwhile. */
interface WaitingEvent {
  readonly namespace: string;
  readonly occurrence: Occurrence;
  readonly involvedObject: { readonly name: string };
  readonly firstTimestamp: Date;
  lastTimestamp: Date;
  count: number;
}

/**
 * Sends events to a real API server. Events wait for the writes of statuses, which nodes and pods depend on, at a bounded rate. An event
 * that is reported again is one with a count, as clients of Kubernetes correlate them; one that the API server does not take is lost, as
 * those of kubelets are.
 */
export class RemoteEvents implements Disposable {
  private count = 0;
  private readonly waiting = new Map<string, WaitingEvent>();
  private readonly sent = new LRUCache<string, SentEvent>({
    max: MAX_SENT,
    ttl: TTL_MS,
    updateAgeOnGet: true,
  });
  private concurrent = 0;
  private tokens = BURST;
  private filledAt = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: ClusterClient,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  record({ apiVersion, kind, metadata }: KubeObject, occurrence: Occurrence): void {
    const { name, namespace, resourceVersion } = metadata;
    const uid = kind === 'Node' ? name : metadata.uid;
    const { type, reason, message, component, fieldPath } = occurrence;
    const key = JSON.stringify([uid, kind, type, reason, message, component, fieldPath]);
    const now = this.clock.now();
    const same = this.waiting.get(key);
    if (same) {
      same.count += 1;
      same.lastTimestamp = now;
      return;
    }
    if (this.waiting.size >= MAX_WAITING) return this.log.debug(LOST);
    const involvedObject = {
      ...{ apiVersion, kind, namespace, name, uid, resourceVersion },
      ...(fieldPath && { fieldPath }),
    };
    this.waiting.set(key, {
      ...{ namespace: namespace ?? 'default', occurrence, involvedObject },
      ...{ firstTimestamp: now, lastTimestamp: now, count: 1 },
    });
    this.sendNext();
  }

  /** Counts the write of a status, which events wait for. */
  yieldToStatus(): void {
    this.fill();
    this.tokens = Math.max(-BURST, this.tokens - 1);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private sendNext(): void {
    this.fill();
    for (const [key, event] of this.waiting) {
      if (this.concurrent >= MAX_CONCURRENT || this.tokens < 1) break;
      this.tokens -= 1;
      this.waiting.delete(key);
      void this.send(this.callFor(key, event));
    }
    if (this.waiting.size === 0 || this.concurrent >= MAX_CONCURRENT || this.timer) return;
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

  /** Creates an event, or counts one that is repeated. */
  private callFor(key: string, event: WaitingEvent): ApiCall {
    const { namespace, occurrence, involvedObject, firstTimestamp, lastTimestamp, count } = event;
    const known = this.sent.get(key);
    if (known) {
      known.count += count;
      const body = { count: known.count, lastTimestamp: timestamp(lastTimestamp) };
      return {
        method: 'PATCH',
        type: MERGE_PATCH,
        path: pathOf(events, { namespace, name: known.name }),
        body,
      };
    }
    const { type, reason, message, component, host } = occurrence;
    // The clock may show the same millisecond for several events.
    this.count += 1;
    const suffix = `${firstTimestamp.getTime().toString(16)}${this.count.toString(16)}`;
    const name = `${involvedObject.name}.${suffix}`;
    this.sent.set(key, { name, count });
    const body = {
      metadata: { name, namespace },
      ...{ involvedObject, type, reason, message, count },
      firstTimestamp: timestamp(firstTimestamp),
      lastTimestamp: timestamp(lastTimestamp),
      source: { component, ...(host && { host }) },
      ...{ reportingComponent: component, reportingInstance: host ?? '' },
    };
    return { method: 'POST', path: pathOf(events, { namespace }), body };
  }
}
