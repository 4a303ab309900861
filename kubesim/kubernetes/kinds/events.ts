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
      value: (event, now) => age(event.lastTimestamp ?? event.metadata.creationTimestamp, now),
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
      value: ({ source }) => [source?.component, source?.host].filter(Boolean).join(', '),
    },
    { name: 'Message', type: 'string', value: (event) => event.message ?? '' },
    {
      name: 'First Seen',
      type: 'string',
      priority: 1,
      value: (event, now) => age(event.firstTimestamp, now),
    },
    { name: 'Count', type: 'integer', priority: 1, value: (event) => event.count ?? 1 },
    { ...nameColumn<Event>(), priority: 1 },
  ],
});

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
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: event.metadata,
    regarding: event.involvedObject,
    reason: event.reason,
    note: event.message,
    type: event.type,
    action: event.reason,
    eventTime: event.eventTime ?? null,
    reportingController: event.reportingComponent ?? event.source?.component,
    reportingInstance: event.reportingInstance ?? event.source?.host,
    deprecatedSource: event.source,
    deprecatedCount: event.count,
    deprecatedFirstTimestamp: event.firstTimestamp,
    deprecatedLastTimestamp: event.lastTimestamp,
  };
}

/** The stored core/v1 event of an events.k8s.io/v1 body. */
export function eventFromEventsGroup(body: Json): Json {
  const { regarding, note, reportingController, deprecatedSource, deprecatedCount, ...rest } = body;
  const { deprecatedFirstTimestamp, deprecatedLastTimestamp, ...kept } = rest;
  return {
    ...kept,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    message: note,
    source: deprecatedSource ?? { component: reportingController },
    reportingComponent: reportingController,
    count: deprecatedCount ?? 1,
    firstTimestamp: deprecatedFirstTimestamp ?? kept['eventTime'],
    lastTimestamp: deprecatedLastTimestamp ?? kept['eventTime'],
  };
}
