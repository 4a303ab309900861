import type { ClusterStore } from '../store/cluster-store.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Occurrence } from '../../kubelet-client.js';
import { hash32 } from '../../random.js';
import { events } from '../kinds/events.js';
import type { Event } from '../kinds/core.js';
import { timestamp, type KubeObject } from '../kinds/object.js';

/** Records events. A repeated occurrence is counted by the existing event: as `count`, or in the series of one with an action. */
export class EventRecorder {
  constructor(
    private readonly store: ClusterStore,
    private readonly clock: Clock,
  ) {}

  record(about: KubeObject, occurrence: Occurrence): void {
    const namespace = about.metadata.namespace ?? 'default';
    const key = `${occurrence.reason}/${occurrence.message}/${occurrence.component}/${occurrence.fieldPath ?? ''}`;
    const name = `${about.metadata.name}.${hash32(about.metadata.uid + key)
      .toString(16)
      .padStart(8, '0')}`;
    const existing = this.store.get(events, namespace, name);
    const now = this.clock.now();
    this.store.put(
      events,
      existing ? repeated(existing, now) : newEvent(about, occurrence, { namespace, name, now }),
    );
  }
}

function repeated(event: Event, now: Date): Event {
  if (!event.eventTime) return { ...event, count: (event.count ?? 1) + 1, lastTimestamp: timestamp(now) };
  const count = (event.series?.count ?? 1) + 1;
  return { ...event, series: { count, lastObservedTime: microTime(now) } };
}

/** A time with microseconds. */
function microTime(at: Date): string {
  return at.toISOString().replace('Z', '000Z');
}

function newEvent(
  about: KubeObject,
  occurrence: Occurrence,
  at: { namespace: string; name: string; now: Date },
): Event {
  const { type, reason, message, component, host, fieldPath } = occurrence;
  const { name, namespace, uid, resourceVersion } = about.metadata;
  const created = timestamp(at.now);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: at.name,
      namespace: at.namespace,
      uid: '',
      resourceVersion: '',
      creationTimestamp: created,
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
    type,
    ...timesOf(occurrence, at.now),
    reportingComponent: component,
    reportingInstance: host ?? (occurrence.action === undefined ? '' : `${component}-0`),
  };
}

/** The times of a first occurrence: one with an action is that of a client of events.k8s.io. */
function timesOf({ action, component, host }: Occurrence, now: Date): Partial<Event> {
  if (action !== undefined)
    return { action, source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: microTime(now) };
  const at = timestamp(now);
  const source = { component, ...(host ? { host } : {}) };
  return { source, firstTimestamp: at, lastTimestamp: at, count: 1, eventTime: null };
}
