import type { Event, ObjectReference } from './core.js';
import type { Json } from './object.js';
import { invalidValue, required } from '../schema/causes.js';
import { age, type Cause, defineResource, nameColumn } from './resource.js';

export const events = defineResource<Event>({
  kind: 'Event',
  validate: ({ involvedObject: { namespace }, metadata, eventTime }) => {
    // Only events of clients that know no eventTime are checked.
    if (eventTime || !namespace || namespace === metadata.namespace) return [];
    return [invalidValue('involvedObject.namespace', namespace, 'does not match event.namespace')];
  },
  columns: [
    {
      name: 'Last Seen',
      type: 'string',
      value: (event, now) => age(lastTimeOf(event), now),
    },
    { name: 'Type', type: 'string', value: (event) => event.type ?? '' },
    { name: 'Reason', type: 'string', value: (event) => event.reason ?? '' },
    { name: 'Object', type: 'string', value: ({ involvedObject }) => objectText(involvedObject) },
    {
      name: 'Subobject',
      type: 'string',
      priority: 1,
      value: (event) => event.involvedObject.fieldPath ?? '',
    },
    {
      name: 'Source',
      type: 'string',
      priority: 1,
      value: (event) => sourceOf(event).filter(Boolean).join(', '),
    },
    { name: 'Message', type: 'string', value: (event) => event.message ?? '' },
    {
      name: 'First Seen',
      type: 'string',
      priority: 1,
      value: (event, now) => age(event.firstTimestamp ?? event.eventTime, now),
    },
    {
      name: 'Count',
      type: 'integer',
      priority: 1,
      value: ({ series, count }) => series?.count ?? (count || 1),
    },
    { ...nameColumn<Event>(), priority: 1 },
  ],
});

/** When an event was observed last. Those of events.k8s.io have a time, and a series where it was repeated. */
export function lastTimeOf({
  series,
  lastTimestamp,
  firstTimestamp,
  eventTime,
}: Event): string | null | undefined {
  return series?.lastObservedTime ?? lastTimestamp ?? firstTimestamp ?? eventTime;
}

function sourceOf({ source, reportingComponent, reportingInstance }: Event): (string | undefined)[] {
  return [source?.component || reportingComponent, source?.host || reportingInstance];
}

function objectText({ kind, name }: ObjectReference): string {
  return `${(kind ?? '').toLowerCase()}/${name ?? ''}`;
}

const MAX_TEXT = { action: 128, reason: 128, reportingInstance: 128, reportingController: Infinity } as const;

/** Why a new event of events.k8s.io/v1 is invalid: it must say when and by which controller it happened. */
export function eventsGroupCauses(body: Json): Cause[] {
  const causes: Cause[] = [];
  if (!body['eventTime']) causes.push(required('eventTime'));
  for (const field of ['reportingController', 'reportingInstance', 'action', 'reason'] as const) {
    const text = String(body[field] ?? '');
    if (body['eventTime'] && !text) causes.push(required(field));
    if (text.length > MAX_TEXT[field])
      causes.push(invalidValue(field, '', `can have at most ${MAX_TEXT[field]} characters`));
  }
  const type = String(body['type'] ?? '');
  if (type !== 'Normal' && type !== 'Warning')
    causes.push(invalidValue('type', '', `has invalid value: ${type}`));
  return causes;
}

/** The event as events.k8s.io/v1. */
export function eventOfEventsGroup(event: Event): Json {
  const { involvedObject, message, source, count, firstTimestamp, lastTimestamp, ...rest } = event;
  const { reportingComponent, ...same } = rest;
  return {
    ...same,
    apiVersion: 'events.k8s.io/v1',
    eventTime: event.eventTime ?? null,
    regarding: involvedObject,
    note: message,
    reportingController: reportingComponent,
    deprecatedSource: source,
    deprecatedCount: count,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
  };
}

/** The stored core/v1 event of an events.k8s.io/v1 body. */
export function eventFromEventsGroup(body: Json): Json {
  const { regarding, note, reportingController, deprecatedSource, deprecatedCount, ...rest } = body;
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, ...same } = rest;
  return {
    ...same,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    message: note,
    source: deprecatedSource ?? {},
    reportingComponent: reportingController,
    count: deprecatedCount,
    firstTimestamp: deprecatedFirstTimestamp ?? null,
    lastTimestamp: deprecatedLastTimestamp ?? null,
  };
}
