import { isRecord } from '../../../../kernel/is-record.js';
import type { LoggedEvent } from '../../../../engine/contract.js';
import { eventTypeOf } from '../../../../engine/events/event-type.js';
import { eventKindOf } from '../../../../engine/events/event-kinds.js';
import { EventInterface, type EventLevel } from '../../../runtime/graph/event.type.js';
import type { StreamCursors } from '../../../../engine/events/event-cursor.js';
import { Cluster, NodePool, Operation, Workload } from '../entities/entities.type.js';
import {
  AccessEvent,
  InvolvedObject,
  KubernetesEvent,
  ProvisioningEvent,
  QuotaEvent,
  ScalingEvent,
  WorkloadEvent,
} from './event.type.js';

/** Maps an event of the log to the graph's type for it. */
export function toEvent(event: LoggedEvent, cursors: StreamCursors): EventInterface {
  const common = commonOf(event, cursors);
  const cluster = entity(Cluster, event.clusterId);
  switch (eventTypeOf(event)) {
    case 'ScalingEvent':
      return toScalingEvent(event, cursors) ?? toProvisioningEvent(event, common);
    case 'WorkloadEvent':
      return Object.assign(new WorkloadEvent(), common, {
        cluster,
        workload: entity(Workload, text(event.data['workloadId'])),
      });
    case 'QuotaEvent':
      return Object.assign(new QuotaEvent(), common, { cluster, resource: text(event.data['resource']) });
    case 'AccessEvent':
      return Object.assign(new AccessEvent(), common, {
        cluster,
        subject: text(event.data['subject']) ?? '',
      });
    case 'KubernetesEvent':
      return toKubernetesEvent(event, common);
    default:
      return toProvisioningEvent(event, common);
  }
}

/** Maps a change of size; undefined for scaling events without one, e.g. of a start. */
export function toScalingEvent(event: LoggedEvent, cursors: StreamCursors): ScalingEvent | undefined {
  const { data } = event;
  const [fromSize, toSize] = [count(data['fromSize']), count(data['toSize'])];
  if (event.category !== 'SCALING' || fromSize === null || toSize === null) return undefined;
  return Object.assign(new ScalingEvent(), commonOf(event, cursors), {
    cluster: entity(Cluster, event.clusterId),
    target: targetOf(event),
    fromSize,
    toSize,
    trigger: text(data['trigger']) ?? 'MANUAL',
    requested: count(data['requested']),
    created: count(data['created']),
    failed: count(data['failed']),
    operation: entity(Operation, event.operationId),
  });
}

function commonOf(event: LoggedEvent, cursors: StreamCursors): EventInterface {
  const { id, sequence, at, type, level, reason, message } = event;
  return {
    id,
    cursor: cursors.encode({ sequence }),
    at,
    type,
    kind: eventKindOf(type),
    level: level as EventLevel,
    reason,
    message,
    actor: text(event.data['actor']),
  };
}

function toProvisioningEvent(event: LoggedEvent, common: EventInterface): ProvisioningEvent {
  return Object.assign(new ProvisioningEvent(), common, {
    cluster: entity(Cluster, event.clusterId),
    nodePool: entity(NodePool, event.nodePoolId),
    operation: entity(Operation, event.operationId),
  });
}

function toKubernetesEvent({ clusterId, data }: LoggedEvent, common: EventInterface): KubernetesEvent {
  const object = data['object'];
  const seenAt = text(data['seenAt']);
  return Object.assign(new KubernetesEvent(), common, {
    cluster: entity(Cluster, clusterId),
    involvedObject: isRecord(object) ? involvedObject(object) : null,
    component: text(data['component']),
    seenAt: seenAt === null ? null : new Date(seenAt),
    omitted: count(data['omitted']),
  });
}

function involvedObject({ kind, namespace, name }: Record<string, unknown>): InvolvedObject {
  return Object.assign(new InvolvedObject(), {
    kind: text(kind) ?? '',
    namespace: text(namespace),
    name: text(name) ?? '',
  });
}

function targetOf({ data, nodePoolId }: LoggedEvent): NodePool | Workload | null {
  const id = text(data['targetId']) ?? nodePoolId;
  return data['targetKind'] === 'Workload' ? entity(Workload, id) : entity(NodePool, id);
}

function entity<T extends { id: string }>(type: new () => T, id: string | null): T | null {
  return id === null ? null : Object.assign(new type(), { id });
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
}
