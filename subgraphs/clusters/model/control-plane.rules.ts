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

/** The replicas by component, in the order in which they come. */
export function controlPlaneComponents(replicas: readonly Replica[]): ComponentView[] {
  const groups = Map.groupBy(replicas, ({ component }) => component);
  return [...groups].map(([name, members]) => ({ name, members, health: healthOf(name, members) }));
}

/** What stands still without a component. */
const UNAVAILABILITY_REASONS: Readonly<Record<string, string>> = {
  'kube-controller-manager':
    'without kube-controller-manager no controller acts: Deployments, Jobs, endpoints and nodes stay as they are',
  'kube-scheduler': 'without kube-scheduler new pods stay Pending',
  'ack-scheduler': 'without ack-scheduler new pods stay Pending',
};

/** What stands still because a component has no replica that works (human-readable); undefined when nothing does. */
export function unavailabilityReason(replicas: readonly Replica[]): string | undefined {
  const effects = controlPlaneComponents(replicas).flatMap(({ name, health }) =>
    health === 'DOWN' ? (UNAVAILABILITY_REASONS[name] ?? []) : [],
  );
  return effects.length === 0 ? undefined : effects.join('; ');
}

/** The replicas that do not work: `etcd (cn-hangzhou-a, cn-hangzhou-b) down`; undefined when all work. */
export function failedReplicas(replicas: readonly Replica[]): string | undefined {
  const failed = controlPlaneComponents(replicas.filter(({ healthy }) => !healthy));
  const named = failed.map(
    ({ name, members }) => `${name} (${members.map(({ zoneId }) => zoneId).join(', ')})`,
  );
  return named.length === 0 ? undefined : `${named.join(', ')} down`;
}

/** etcd works only with a majority; of everything else one replica is enough. */
function healthOf(name: string, members: readonly Replica[]): ComponentHealthName {
  const healthy = members.filter((member) => member.healthy).length;
  if (healthy === members.length) return 'HEALTHY';
  const enough = name === 'etcd' ? healthy * 2 > members.length : healthy > 0;
  return enough ? 'DEGRADED' : 'DOWN';
}

/** The service level that a product comes with. */
export interface ServiceLevel {
  /** Share of time in which the API shall answer; null where the account runs the control plane itself. */
  readonly target: number | null;
  /** Whether missing the target is compensated. */
  readonly compensable: boolean;
}

/** The ACK documentation promises a service level and gives no figure; these are this platform's own. */
const PRO = 0.9995;
const STANDARD = 0.999;

/** Pro editions are compensated; standard ones have a target only; the others' control planes are the account's. */
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

/** Milliseconds of the span in which the API did not answer. */
export function downtimeMs(incidents: readonly Incident[], { from, to }: Span): number {
  return incidents
    .filter(({ kind }) => kind === 'API_UNAVAILABLE')
    .reduce((sum, { startedAt, endedAt }) => {
      const begin = Math.max(from.getTime(), startedAt.getTime());
      const end = Math.min(to.getTime(), (endedAt ?? to).getTime());
      return sum + Math.max(0, end - begin);
    }, 0);
}

/** Share of the span in which the API answered: 0 to 1; 1 for a span without length. */
export function availabilityIn(incidents: readonly Incident[], span: Span): number {
  const length = span.to.getTime() - span.from.getTime();
  return length <= 0 ? 1 : 1 - downtimeMs(incidents, span) / length;
}
