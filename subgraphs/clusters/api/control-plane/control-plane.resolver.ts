import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';
import type { Clock } from '../../../../kernel/clock.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterRow } from '../../store/cluster.store.js';
import { Cluster } from '../entities/cluster.type.js';
import { loadValue } from '../entities/data-loaders.js';
import {
  availabilityIn,
  controlPlaneComponents,
  downtimeMs,
  serviceLevel,
} from '../../model/control-plane.rules.js';
import { type ControlPlaneRow, type ControlPlaneStore, replicasOf } from '../../store/control-plane.store.js';
import type { IncidentStore } from '../../store/incident.store.js';
import { ControlPlane, ControlPlaneIncident, ServiceLevelAgreement } from './control-plane.type.js';

const WINDOW_MS = 30 * 86_400_000;

@Resolver(() => Cluster)
export class ClusterControlPlaneResolver {
  constructor(
    private readonly store: ControlPlaneStore,
    private readonly incidents: IncidentStore,
    private readonly clock: Clock,
  ) {}

  @FieldResolver(() => ControlPlane, {
    nullable: true,
    description: 'Control plane of the cluster. Null until it runs, and for a registered cluster.',
  })
  async controlPlane(
    @Ctx() context: RequestContext,
    @Root() cluster: ClusterRow,
  ): Promise<ControlPlane | null> {
    const row = await loadValue(context, this.store.ofClusters, cluster.id);
    return row ? shown(row) : null;
  }

  @Cost(100)
  @FieldResolver(() => ServiceLevelAgreement, {
    description: 'Service level of the cluster: target and measured availability of its Kubernetes API.',
  })
  async sla(@Ctx() context: RequestContext, @Root() cluster: ClusterRow): Promise<ServiceLevelAgreement> {
    const level = serviceLevel(cluster.product);
    const row = await loadValue(context, this.store.ofClusters, cluster.id);
    if (!row) return { ...level, availability: null, downtimeSeconds: null, met: null };
    const incidents = (await loadValue(context, this.incidents.ofClusters, cluster.id)) ?? [];
    const to = this.clock.now();
    const span = { from: new Date(Math.max(row.measuredSince.getTime(), to.getTime() - WINDOW_MS)), to };
    const availability = availabilityIn(incidents, span);
    const downtimeSeconds = downtimeMs(incidents, span) / 1000;
    const met = level.target === null ? null : availability >= level.target;
    return { ...level, availability, downtimeSeconds, met };
  }
}

@Resolver(() => ControlPlane)
export class ControlPlaneResolver {
  constructor(private readonly recorded: IncidentStore) {}

  @FieldResolver(() => [ControlPlaneIncident], {
    description: 'Incidents of the control plane, newest first (at most 100).',
  })
  async incidents(@Ctx() context: RequestContext, @Root() plane: ControlPlane) {
    return (await loadValue(context, this.recorded.ofClusters, plane.clusterId)) ?? [];
  }
}

function shown(row: ControlPlaneRow): ControlPlane {
  const components = controlPlaneComponents(replicasOf(row)).map(({ name, health, members }) => ({
    name,
    health,
    replicas: members.length,
    healthyReplicas: members.filter(({ healthy }) => healthy).length,
    zones: [...new Set(members.map(({ zoneId }) => zoneId))].map((id) => ({ id })),
    members: members.map(({ id, zoneId, healthy }) => ({ id, zone: { id: zoneId }, healthy })),
  }));
  return { available: row.available, components, clusterId: row.clusterId };
}
