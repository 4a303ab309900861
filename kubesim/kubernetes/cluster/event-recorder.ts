import type { ClusterStore } from '../store/cluster-store.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Occurrence } from '../../kubelet-client.js';
import { hash32 } from '../../random.js';
import { events } from '../kinds/events.js';
import type { Event } from '../kinds/core.js';
import { timestamp, type KubeObject } from '../kinds/object.js';

/** Maximum number of events of a cluster, and their lifetime in milliseconds, the default of Kubernetes. */
const MAX_EVENTS = 2_000;
const EVENT_TTL_MS = 3_600_000;

/** Records events. A repeated occurrence increments the count of the existing event. */
export class EventRecorder {
  constructor(
    private readonly store: ClusterStore,
    private readonly clock: Clock,
  ) {}

  record(about: KubeObject, occurrence: Occurrence): void {
    const namespace = about.metadata.namespace ?? 'default';
    const key = `${occurrence.reason}/${occurrence.message}/${occurrence.component}`;
    const name = `${about.metadata.name}.${hash32(about.metadata.uid + key)
      .toString(16)
      .padStart(8, '0')}`;
    const existing = this.store.get(events, namespace, name);
    const now = timestamp(this.clock.now());
    if (existing) {
      this.store.put(events, { ...existing, count: (existing.count ?? 1) + 1, lastTimestamp: now });
      return;
    }
    this.store.put(events, newEvent(about, occurrence, { namespace, name, now }));
    this.forget();
  }

  /** Removes the oldest events above the limits; the store lists events in insertion order. */
  private forget(): void {
    const oldest = this.clock.now().getTime() - EVENT_TTL_MS;
    for (const event of this.store.all(events)) {
      const late = Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp) < oldest;
      if (!late && this.store.count(events) <= MAX_EVENTS) return;
      this.store.remove(events, event);
    }
  }
}

function newEvent(
  about: KubeObject,
  occurrence: Occurrence,
  at: { namespace: string; name: string; now: string },
): Event {
  const { type, reason, message, component, host, fieldPath } = occurrence;
  const { name, namespace, uid, resourceVersion } = about.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: at.name,
      namespace: at.namespace,
      uid: '',
      resourceVersion: '',
      creationTimestamp: at.now,
    },
    involvedObject: {
      kind: about.kind,
      namespace,
      name,
      // Kubelets know only the name of their node.
      uid: about.kind === 'Node' && component === 'kubelet' ? name : uid,
      apiVersion: about.apiVersion,
      resourceVersion,
      ...(fieldPath ? { fieldPath } : {}),
    },
    reason,
    message,
    source: { component, ...(host ? { host } : {}) },
    firstTimestamp: at.now,
    lastTimestamp: at.now,
    count: 1,
    type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? '',
  };
}
