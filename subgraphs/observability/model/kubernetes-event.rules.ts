import type { NewEvent } from '../../../engine/contract.js';
import type { KubernetesObject } from '../../../engine/kubernetes/client.js';

/** Maximum number of events that a read of a cluster appends, without the one that counts the omitted ones. */
export const MAX_APPENDED = 60;
/** Maximum for the first read of a cluster, which finds the Events of its creation. */
export const MAX_APPENDED_FIRST = 500;
/** Maximum number of stored uids per cluster. */
const MAX_UIDS = 10_000;
/** Maximum length of a message and of a name in characters, as in Kubernetes. */
const MAX_MESSAGE = 1_024;
const MAX_NAME = 253;

/** An Event of core/v1. The API server is not trusted, so the type of each field is checked before use. */
export interface CoreEvent extends KubernetesObject {
  readonly type?: unknown;
  readonly reason?: unknown;
  readonly message?: unknown;
  readonly involvedObject?: {
    readonly kind?: unknown;
    readonly namespace?: unknown;
    readonly name?: unknown;
  } | null;
  readonly source?: { readonly component?: unknown } | null;
  readonly reportingComponent?: unknown;
  readonly firstTimestamp?: unknown;
  readonly lastTimestamp?: unknown;
  readonly eventTime?: unknown;
}

/** Events of a cluster, by uid. */
export interface EventsRead {
  readonly byUid: ReadonlyMap<string, CoreEvent>;
  /** Whether the cluster has more Events than a read lists. */
  readonly truncated: boolean;
}

/** The last read of the Kubernetes Events of a cluster. */
export interface EventReading {
  readonly clusterId: string;
  /** Number of reads; 0 before the first. */
  readonly version: number;
  /** Uids of the Events that were read. */
  readonly uids: readonly string[];
}

/**
 * Returns the uids to store after a read: those of the cluster and, if the list was truncated, also the previous
 * ones. undefined if they have not changed.
 */
export function nextSeenUids(
  { byUid, truncated }: EventsRead,
  before: readonly string[],
): string[] | undefined {
  const knownUids = new Set(before);
  if (byUid.size === knownUids.size && [...byUid.keys()].every((uid) => knownUids.has(uid))) return undefined;
  return [...new Set([...byUid.keys(), ...(truncated ? before : [])])].slice(0, MAX_UIDS);
}

/**
 * Returns log entries for new Events. Above the maximum, warnings take precedence, and an additional entry counts the
 * omitted Events. A repeated Event keeps its uid, so repetitions add no entry.
 */
export function newEvents(
  clusterId: string,
  { byUid }: EventsRead,
  { uids: previousUids, version }: Pick<EventReading, 'uids' | 'version'>,
): NewEvent[] {
  const before = new Set(previousUids);
  const fresh = [...byUid.values()].filter(({ metadata }) => !before.has(metadata?.uid ?? ''));
  const max = version === 0 ? MAX_APPENDED_FIRST : MAX_APPENDED;
  const chosen = fresh.sort(byUrgency).slice(0, max).sort(byTime);
  const appended = chosen.map((event) => toNewEvent(clusterId, event));
  const omitted = fresh.length - chosen.length;
  return omitted === 0 ? appended : [...appended, omittedEventsNotice(clusterId, omitted)];
}

function toNewEvent(clusterId: string, event: CoreEvent): NewEvent {
  return {
    category: 'KUBERNETES',
    type: 'KUBERNETES_EVENT',
    level: isWarning(event) ? 'WARNING' : 'INFO',
    reason: text(event.reason) ?? 'Unknown',
    message: text(event.message, MAX_MESSAGE) ?? '',
    clusterId,
    data: dataOf(event),
  };
}

function dataOf(event: CoreEvent): Record<string, unknown> {
  const { involvedObject: object, source } = event;
  const time = timeOf(event);
  return {
    component: text(event.reportingComponent) ?? text(source?.component),
    object: {
      kind: text(object?.kind) ?? '',
      namespace: text(object?.namespace),
      name: text(object?.name) ?? '',
    },
    seenAt: time === 0 ? null : new Date(time).toISOString(),
  };
}

function omittedEventsNotice(clusterId: string, omitted: number): NewEvent {
  const [noun, were] = omitted === 1 ? ['Event', 'was'] : ['Events', 'were'];
  return {
    category: 'KUBERNETES',
    type: 'KUBERNETES_EVENTS_OMITTED',
    level: 'WARNING',
    reason: 'KubernetesEventsOmitted',
    message: `${omitted} further Kubernetes ${noun} of the cluster ${were} left out: read them with kubectl get events.`,
    clusterId,
    data: { omitted },
  };
}

function byUrgency(a: CoreEvent, b: CoreEvent): number {
  return Number(isWarning(b)) - Number(isWarning(a)) || byTime(a, b);
}

function byTime(a: CoreEvent, b: CoreEvent): number {
  return timeOf(a) - timeOf(b);
}

function isWarning({ type }: CoreEvent): boolean {
  return type === 'Warning';
}

/** Time of the last occurrence in milliseconds; 0 without a time. */
function timeOf({ lastTimestamp, eventTime, firstTimestamp, metadata }: CoreEvent): number {
  const time = lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata?.creationTimestamp;
  return (typeof time === 'string' && Date.parse(time)) || 0;
}

/** Returns text that PostgreSQL can store; null for an empty text or another type. */
function text(value: unknown, maxLength = MAX_NAME): string | null {
  if (typeof value !== 'string') return null;
  return value.slice(0, maxLength).replaceAll('\u0000', '').toWellFormed() || null;
}
