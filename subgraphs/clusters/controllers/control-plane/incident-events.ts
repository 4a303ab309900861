import type { NewEvent } from '../../../../engine/contract.js';
import type {
  ControlPlane,
  ControlPlaneIncident,
} from '../../../../engine/providers/infrastructure-provider.js';
import { eventOf } from '../../model/cluster-events.js';
import { unavailabilityReason } from '../../model/control-plane.rules.js';
import type { IncidentDiff } from '../../store/incident.store.js';

interface IncidentReport {
  readonly id: string;
  readonly name: string;
}

/**
 * Returns the start and end events of a cluster's incidents in chronological order. The provider's incidents do not
 * overlap: each ends before the next begins.
 */
export function incidentEvents(
  cluster: IncidentReport,
  { begun, ended }: IncidentDiff,
  { incidents: all, replicas }: Pick<ControlPlane, 'incidents' | 'replicas'>,
): NewEvent[] {
  const effect = unavailabilityReason(replicas);
  return all.flatMap((incident, index) => [
    ...(begun.includes(incident) ? [incidentStart(cluster, incident, effect)] : []),
    ...(ended.includes(incident) ? endOf(cluster, incident, all[index + 1]) : []),
  ]);
}

function incidentStart(
  cluster: IncidentReport,
  incident: ControlPlaneIncident,
  effect = 'a component does not work',
): NewEvent {
  const data = dataOf(incident);
  const since = data.startedAt;
  if (incident.kind === 'DEGRADED') {
    const text = `The control plane of ${cluster.name} is degraded since ${since} and answers: ${incident.cause}.`;
    return eventOf({ cluster }, 'CONTROL_PLANE_DEGRADED', text, { level: 'WARNING', data });
  }
  if (incident.kind === 'COMPONENT_DOWN') {
    const text = `The control plane of ${cluster.name} answers, but ${effect}, since ${since}: ${incident.cause}.`;
    return eventOf({ cluster }, 'CONTROL_PLANE_DEGRADED', text, { level: 'ERROR', data });
  }
  const text = `The Kubernetes API of ${cluster.name} does not answer since ${since}: ${incident.cause}.`;
  return eventOf({ cluster }, 'CLUSTER_UNAVAILABLE', text, { level: 'ERROR', data });
}

function endOf(
  cluster: IncidentReport,
  incident: ControlPlaneIncident,
  next: ControlPlaneIncident | undefined,
): NewEvent[] {
  const { kind, startedAt, endedAt } = incident;
  if (!endedAt) return [];
  const until = endedAt.toISOString();
  const data = { ...dataOf(incident), endedAt: until };
  const seconds = Math.round((endedAt.getTime() - startedAt.getTime()) / 1000);
  const text = `The Kubernetes API of ${cluster.name} answers again since ${until}, after ${seconds} s.`;
  const whole = `The control plane of ${cluster.name} recovered at ${until}.`;
  // An incident that the next one follows immediately is not a recovery.
  const passes = next?.startedAt.getTime() === endedAt.getTime();
  return [
    ...(kind === 'API_UNAVAILABLE' ? [eventOf({ cluster }, 'CLUSTER_AVAILABLE', text, { data })] : []),
    ...(passes ? [] : [eventOf({ cluster }, 'CONTROL_PLANE_RECOVERED', whole, { data })]),
  ];
}

function dataOf({ id, cause, startedAt }: ControlPlaneIncident) {
  return { incidentId: id, cause, startedAt: startedAt.toISOString() };
}
