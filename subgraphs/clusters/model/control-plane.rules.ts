import type { Product } from '../../../kernel/product.js';
import type { IncidentKind } from '../../../engine/providers/infrastructure-provider.js';
import type { ControlPlaneReplica } from '../../../engine/providers/infrastructure-provider.js';

export type Replica = ControlPlaneReplica;
type ComponentHealthName = 'HEALTHY' | 'DEGRADED' | 'DOWN';

/** A component of a control plane with its replicas. */
export interface ComponentView {
  readonly name: string;
  readonly health: ComponentHealthName;
  readonly members: readonly Replica[];
}

/** Groups the replicas by component, in the order of their first replica. */
export function controlPlaneComponents(replicas: readonly Replica[]): ComponentView[] {
  const groups = Map.groupBy(replicas, ({ component }) => component);
  return [...groups].map(([name, members]) => ({ name, members, health: healthOf(name, members) }));
}

/** Effects of the loss of a component. */
const UNAVAILABILITY_REASONS: Readonly<Record<string, string>> = {
  'kube-controller-manager':
    'without kube-controller-manager no controller acts: Deployments, Jobs, endpoints and nodes stay as they are',
  'kube-scheduler': 'without kube-scheduler new pods stay Pending',
  'ack-scheduler': 'without ack-scheduler new pods stay Pending',
};

/** Effects of components without a healthy replica (human-readable); undefined when there are none. */
export function unavailabilityReason(replicas: readonly Replica[]): string | undefined {
  const effects = controlPlaneComponents(replicas).flatMap(({ name, health }) =>
    health === 'DOWN' ? (UNAVAILABILITY_REASONS[name] ?? []) : [],
  );
  return effects.length === 0 ? undefined : effects.join('; ');
}

/** Lists the unhealthy replicas, e.g. `etcd (cn-hangzhou-a, cn-hangzhou-b) down`; undefined when all are healthy. */
export function failedReplicas(replicas: readonly Replica[]): string | undefined {
  const failed = controlPlaneComponents(replicas.filter(({ healthy }) => !healthy));
  const named = failed.map(
    ({ name, members }) => `${name} (${members.map(({ zoneId }) => zoneId).join(', ')})`,
  );
  return named.length === 0 ? undefined : `${named.join(', ')} down`;
}

/** etcd needs a majority of its members; other components need one replica. */
function healthOf(name: string, members: readonly Replica[]): ComponentHealthName {
  const healthy = members.filter((member) => member.healthy).length;
  if (healthy === members.length) return 'HEALTHY';
  const enough = name === 'etcd' ? healthy * 2 > members.length : healthy > 0;
  return enough ? 'DEGRADED' : 'DOWN';
}

/** The service level of a product. */
export interface ServiceLevel {
  /** Share of time (0 to 1) in which the API is available; null where the account runs the control plane. */
  readonly target: number | null;
  /** Whether the account is compensated when the target is missed. */
  readonly compensable: boolean;
}

/** This platform's own figures: the ACK documentation promises a service level without one. */
const PRO = 0.9995;
const STANDARD = 0.999;

/** Pro editions are compensated, standard ones have a target only, other control planes belong to the account. */
export function serviceLevel(product: Product): ServiceLevel {
  if (product.endsWith('_PRO')) return { target: PRO, compensable: true };
  return { target: product.endsWith('_STANDARD') ? STANDARD : null, compensable: false };
}

export interface Incident {
  readonly kind: IncidentKind;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Milliseconds within the span in which the API was unavailable. */
export function downtimeMs(incidents: readonly Incident[], { from, to }: Span): number {
  return incidents
    .filter(({ kind }) => kind === 'API_UNAVAILABLE')
    .reduce((sum, { startedAt, endedAt }) => {
      const begin = Math.max(from.getTime(), startedAt.getTime());
      const end = Math.min(to.getTime(), (endedAt ?? to).getTime());
      return sum + Math.max(0, end - begin);
    }, 0);
}

/** Share of the span in which the API was available: 0 to 1; 1 for an empty span. */
export function availabilityIn(incidents: readonly Incident[], span: Span): number {
  const length = span.to.getTime() - span.from.getTime();
  return length <= 0 ? 1 : 1 - downtimeMs(incidents, span) / length;
}
