import type { IncidentKind } from '../../../../engine/providers/infrastructure-provider.js';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { Zone } from '../entities/catalog-stubs.type.js';

const ComponentHealth = graphEnum('ComponentHealth', 'Health of a component of a control plane.', {
  HEALTHY: 'Every replica works.',
  DEGRADED: 'Some replicas are down; it does its work.',
  DOWN: 'It does not do its work: no replica, or of etcd no majority, is up.',
});
type ComponentHealth = keyof typeof ComponentHealth;

const ControlPlaneIncidentKind = graphEnum<IncidentKind>(
  'ControlPlaneIncidentKind',
  'Part of a control plane that was down.',
  {
    DEGRADED: 'Replicas were down; the API answered.',
    COMPONENT_DOWN:
      'A component had no replica that worked; the API answered. Without the scheduler new pods stay Pending, without the controller manager no controller acts; both catch up when they are back.',
    API_UNAVAILABLE: 'The API did not answer.',
  },
);

@ObjectType({ description: 'One process of a control plane.' })
export class ControlPlaneReplica {
  @Field(() => ID, { description: 'Its name, e.g. `etcd-1`.' })
  id: string;

  @Field(() => Zone, { description: 'Where it runs.' })
  zone: Zone;

  @Field(() => Boolean, { description: 'Whether it works.' })
  healthy: boolean;
}

@ObjectType({ description: 'A component of a control plane with its replicas.' })
export class ControlPlaneComponent {
  @Field(() => String, { description: '`kube-apiserver`, `etcd`, `kube-controller-manager`, …' })
  name: string;

  @Field(() => Int, { description: 'How many replicas it has.' })
  replicas: number;

  @Field(() => Int, { description: 'How many of them work.' })
  healthyReplicas: number;

  @Field(() => ComponentHealth, {
    description:
      'Its state as the platform has last seen it: read each minute, and every five seconds while something of the control plane does not work.',
  })
  health: string;

  @Field(() => [Zone], { description: 'The zones that it is spread over.' })
  zones: readonly Zone[];

  @Field(() => [ControlPlaneReplica], { description: 'Its replicas.' })
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
    description: 'When it was over, by the clock of the cloud; null while it lasts.',
  })
  endedAt: Date | null;
}

@ObjectType({ description: 'Control plane of a cluster.' })
export class ControlPlane {
  @Field(() => Boolean, { description: 'Whether the Kubernetes API answers.' })
  available: boolean;

  @Field(() => [ControlPlaneComponent], { description: 'Its components.' })
  components: readonly ControlPlaneComponent[];

  /** Not a field of the graph: resolvers read it. */
  clusterId: string;
}

@ObjectType({ description: 'How reliable a cluster is to be, and was.' })
export class ServiceLevelAgreement {
  @Field(() => Float, {
    nullable: true,
    description:
      'Share of time in which the Kubernetes API shall answer, e.g. 0.9995; null where the account runs the control plane itself.',
  })
  target: number | null;

  @Field(() => Boolean, { description: 'Whether missing the target is compensated: of Pro editions only.' })
  compensable: boolean;

  @Field(() => Float, {
    nullable: true,
    description:
      'Share of the last 30 days (of its life, when that is shorter) in which the API answered, computed from recorded incidents; null before it has run.',
  })
  availability: number | null;

  @Field(() => Float, { nullable: true, description: 'Seconds of that time in which it did not answer.' })
  downtimeSeconds: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the target is met so far; null without a target or measurement.',
  })
  met: boolean | null;
}
