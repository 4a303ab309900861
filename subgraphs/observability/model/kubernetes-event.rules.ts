import type { NewEvent } from '../../../engine/contract.js';
import type { KubernetesObject } from '../../../engine/kubernetes/client.js';

/** Events of one cluster that one reading appends at most, besides the one that counts the others. */
export const MAX_APPENDED = 60;
/** The same of the first reading of a cluster: what is made while it starts. */
export const MAX_APPENDED_FIRST = 500;
/** Uids that are remembered of a cluster at most. */
const MAX_UIDS = 10_000;
/** Longest message, as Kubernetes allows it; longest name. */
const MAX_MESSAGE = 1_024;
const MAX_NAME = 253;

/** An Event of core/v1 as the wire has it: the cluster may be anybody's, so nothing is sure to be of its type. */
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
  /** Whether the cluster has more of them. */
  readonly cut: boolean;
}

/** How far the Kubernetes Events of a cluster have been read. */
export interface EventReading {
  readonly clusterId: string;
  /** Grows with each reading; 0 before the first. */
  readonly version: number;
  /** Uids of the Events that have been read. */
  readonly uids: readonly string[];
}

/** What a reading remembers: what the cluster has, and when that was cut, also what it had. */
export function nextSeenUids({ byUid, cut }: EventsRead, before: readonly string[]): string[] | undefined {
  const known = new Set(before);
  if (byUid.size === known.size && [...byUid.keys()].every((uid) => known.has(uid))) return undefined;
  return [...new Set([...byUid.keys(), ...(cut ? before : [])])].slice(0, MAX_UIDS);
}

/**
 * Events of the log for the Events that are not known yet. Where there are many, warnings go first, and one event
 * more counts what was left out. A repeated Event keeps its uid: its repetitions add nothing.
 */
export function newEvents(
  clusterId: string,
  { byUid }: EventsRead,
  { uids: known, version }: Pick<EventReading, 'uids' | 'version'>,
): NewEvent[] {
  const before = new Set(known);
  const fresh = [...byUid.values()].filter(({ metadata }) => !before.has(metadata?.uid ?? ''));
  const most = version === 0 ? MAX_APPENDED_FIRST : MAX_APPENDED;
  const chosen = fresh.sort(byUrgency).slice(0, most).sort(byTime);
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
  const [those, were] = omitted === 1 ? ['Event', 'was'] : ['Events', 'were'];
  return {
    category: 'KUBERNETES',
    type: 'KUBERNETES_EVENTS_OMITTED',
    level: 'WARNING',
    reason: 'KubernetesEventsOmitted',
    message: `${omitted} further Kubernetes ${those} of the cluster ${were} left out: read them with kubectl get events.`,
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

/** When it was last seen, in milliseconds; 0 for one that does not say. */
function timeOf({ lastTimestamp, eventTime, firstTimestamp, metadata }: CoreEvent): number {
  const said = lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata?.creationTimestamp;
  return (typeof said === 'string' && Date.parse(said)) || 0;
}

/** A text that PostgreSQL stores; null for what is none or empty. */
function text(value: unknown, longest = MAX_NAME): string | null {
  if (typeof value !== 'string') return null;
  return value.slice(0, longest).replaceAll('\u0000', '').toWellFormed() || null;
}
