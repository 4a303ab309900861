import type { IncidentKind } from '../../../../engine/providers/infrastructure-provider.js';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { Zone } from '../entities/catalog-stubs.type.js';

const ComponentHealth = graphEnum('ComponentHealth', 'Health of a component of a control plane.', {
  HEALTHY: 'All replicas are up.',
  DEGRADED: 'Some replicas are down, but the component works.',
  DOWN: 'The component does not work: no replica is up; for etcd, no majority is up.',
});
type ComponentHealth = keyof typeof ComponentHealth;

const ControlPlaneIncidentKind = graphEnum<IncidentKind>(
  'ControlPlaneIncidentKind',
  'Part of a control plane that was down.',
  {
    DEGRADED: 'Some replicas were down, but the API answered.',
    COMPONENT_DOWN:
      'All replicas of a component were down, but the API answered. Without the scheduler new pods stay Pending; without the controller manager no controller acts. Both catch up after the incident.',
    API_UNAVAILABLE: 'The Kubernetes API did not answer.',
  },
);

@ObjectType({ description: 'A replica of a control plane component.' })
export class ControlPlaneReplica {
  @Field(() => ID, { description: 'Name of the replica, e.g. `etcd-1`.' })
  id: string;

  @Field(() => Zone, { description: 'Zone of the replica.' })
  zone: Zone;

  @Field(() => Boolean, { description: 'Whether the replica is up.' })
  healthy: boolean;
}

@ObjectType({ description: 'A component of a control plane with its replicas.' })
export class ControlPlaneComponent {
  @Field(() => String, { description: '`kube-apiserver`, `etcd`, `kube-controller-manager`, …' })
  name: string;

  @Field(() => Int, { description: 'Number of replicas.' })
  replicas: number;

  @Field(() => Int, { description: 'Number of replicas that are up.' })
  healthyReplicas: number;

  @Field(() => ComponentHealth, {
    description:
      'Health of the component, as last observed: every minute, and every five seconds while part of the control plane is down.',
  })
  health: string;

  @Field(() => [Zone], { description: 'Zones that the replicas run in.' })
  zones: readonly Zone[];

  @Field(() => [ControlPlaneReplica], { description: 'Replicas of the component.' })
  members: readonly ControlPlaneReplica[];
}

@ObjectType({
  implements: Resource,
  description: 'Period in which a part of a control plane was down.',
})
export class ControlPlaneIncident {
  @Field(() => ID, { description: 'Id, `incident_…`.' })
  id: string;

  @Field(() => ControlPlaneIncidentKind, { description: 'Part of the control plane that was down.' })
  kind: IncidentKind;

  @Field(() => String, { description: 'Cause at its start (human-readable).' })
  cause: string;

  @Field(() => DateTimeScalar, { description: 'Start, by the clock of the cloud.' })
  startedAt: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'End, by the clock of the cloud. Null while the incident lasts.',
  })
  endedAt: Date | null;
}

@ObjectType({ description: 'Control plane of a cluster.' })
export class ControlPlane {
  @Field(() => Boolean, { description: 'Whether the Kubernetes API answers.' })
  available: boolean;

  @Field(() => [ControlPlaneComponent], { description: 'Components of the control plane.' })
  components: readonly ControlPlaneComponent[];

  /** Not a field of the graph: resolvers read it. */
  clusterId: string;
}

@ObjectType({
  description: 'Service level of a cluster: target and measured availability of its Kubernetes API.',
})
export class ServiceLevelAgreement {
  @Field(() => Float, {
    nullable: true,
    description:
      'Target availability of the Kubernetes API, from 0 to 1, e.g. 0.9995. Null if the account runs the control plane itself.',
  })
  target: number | null;

  @Field(() => Boolean, {
    description: 'Whether missing the target is compensated: true for Pro editions only.',
  })
  compensable: boolean;

  @Field(() => Float, {
    nullable: true,
    description:
      'Measured availability: share of time in the last 30 days, or since the creation if that is later, in which the Kubernetes API answered, from 0 to 1. Computed from recorded incidents. Null before the cluster has run.',
  })
  availability: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Downtime of the Kubernetes API in the same period, in seconds.',
  })
  downtimeSeconds: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the measured availability meets the target. Null without a target or a measurement.',
  })
  met: boolean | null;
}
