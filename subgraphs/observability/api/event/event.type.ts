import {
  createUnionType,
  Directive,
  Field,
  ID,
  InputType,
  Int,
  ObjectType,
  registerEnumType,
} from 'type-graphql';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import type { EventKind as Kind } from '../../../../engine/events/event-kinds.js';
import { EventInterface, EventKind, EventLevel } from '../../../runtime/graph/event.type.js';
import { Cluster, NodePool, Operation, Workload } from '../entities/entities.type.js';

/** Kinds of events; the names of `EventCategory` in engine/contract.ts. */
export enum EventCategory {
  PROVISIONING = 'PROVISIONING',
  SCALING = 'SCALING',
  WORKLOAD = 'WORKLOAD',
  QUOTA = 'QUOTA',
  ACCESS = 'ACCESS',
  KUBERNETES = 'KUBERNETES',
}

registerEnumType(EventCategory, {
  name: 'EventCategory',
  description: 'What an event is about.',
  valuesConfig: {
    PROVISIONING: {
      description: 'Clusters, node pools, nodes and operations coming about, changing and going.',
    },
    SCALING: { description: 'Sizes of node pools and workloads changing.' },
    WORKLOAD: { description: 'What is deployed to clusters.' },
    QUOTA: { description: 'Quotas and applications for more.' },
    ACCESS: {
      description: 'Credentials handed out to people and programs; AccessEvent.subject says to whom.',
    },
    KUBERNETES: {
      description: "Events of the clusters' own Kubernetes APIs, as `kubectl get events` shows them.",
    },
  },
});

/** Every type below is also declared, field by field the same, where another subgraph streams it. */
@Directive('@shareable')
@ObjectType({
  implements: EventInterface,
  description: 'A cluster, node pool, node or operation came about, changed or went.',
})
export class ProvisioningEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'The cluster it is about.' })
  cluster: Cluster | null;

  @Field(() => NodePool, {
    nullable: true,
    description: 'The node pool it is about; null once that is deleted.',
  })
  nodePool: NodePool | null;

  @Field(() => Operation, { nullable: true, description: 'The operation that it belongs to.' })
  operation: Operation | null;
}

const ScalingTarget = createUnionType({
  name: 'ScalingTarget',
  description: 'What can change its size.',
  types: () => [NodePool, Workload] as const,
});

@Directive('@key(fields: "id")')
@ObjectType({ implements: EventInterface, description: 'The size of a node pool or workload changed.' })
export class ScalingEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'The cluster it is in.' })
  cluster: Cluster | null;

  @Field(() => ScalingTarget, {
    nullable: true,
    description: 'What changed its size; null once that is deleted.',
  })
  target: NodePool | Workload | null;

  @Field(() => Int, { description: 'The size before.' })
  fromSize: number;

  @Field(() => Int, { description: 'The size now. Smaller than asked for when a quota or stock ended it.' })
  toSize: number;

  @Field(() => String, { description: 'Who wanted it: `MANUAL` for a person or program through the graph.' })
  trigger: string;

  @Field(() => Int, {
    nullable: true,
    description: 'How many more were asked for; null where everything asked for came true at once.',
  })
  requested: number | null;

  @Field(() => Int, { nullable: true, description: 'How many of them were made.' })
  created: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many of them could not be made; the operation says why.',
  })
  failed: number | null;

  @Field(() => Operation, { nullable: true, description: 'The operation that it belongs to.' })
  operation: Operation | null;
}

@Directive('@key(fields: "id")')
@ObjectType({ implements: EventInterface, description: 'Something was deployed to a cluster.' })
export class WorkloadEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'The cluster it is in.' })
  cluster: Cluster | null;

  @Field(() => Workload, { nullable: true, description: 'The (first) workload it is about.' })
  workload: Workload | null;
}

@Directive('@key(fields: "id")')
@ObjectType({
  implements: EventInterface,
  description: 'A quota changed, or an application for more was decided.',
})
export class QuotaEvent extends EventInterface {
  @Field(() => String, { nullable: true, description: 'The counted resource, as in Quota.resource.' })
  resource: string | null;

  @Field(() => Cluster, {
    nullable: true,
    description: 'The cluster the quota counts in; null for quotas of the account.',
  })
  cluster: Cluster | null;
}

@Directive('@key(fields: "id")')
@ObjectType({ implements: EventInterface, description: 'Credentials of a cluster were issued.' })
export class AccessEvent extends EventInterface {
  @Field(() => String, { description: 'Who in the account: the subject of the token that asked for them.' })
  subject: string;

  @Field(() => Cluster, { nullable: true, description: 'The cluster that they are for.' })
  cluster: Cluster | null;
}

@ObjectType({ description: 'The object of a cluster that a Kubernetes Event is about.' })
export class InvolvedObject {
  @Field(() => String, { description: 'Its kind, e.g. `Pod`.' })
  kind: string;

  @Field(() => String, { nullable: true, description: 'Its namespace; null for what is in none.' })
  namespace: string | null;

  @Field(() => String, { description: 'Its name.' })
  name: string;
}

@Directive('@key(fields: "id")')
@ObjectType({
  implements: EventInterface,
  description:
    "An Event (core/v1) of a cluster's Kubernetes API, with its own `reason` and `message`; `type` is `KUBERNETES_EVENT`, `at` is when the platform read it. Clusters are read every 30 seconds. An Event that repeats is told once. Of many at once 60 are told, warnings first, and an event of type `KUBERNETES_EVENTS_OMITTED` counts the others.",
})
export class KubernetesEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'The cluster it is from.' })
  cluster: Cluster | null;

  @Field(() => InvolvedObject, {
    nullable: true,
    description: 'What it is about; null in the event that counts those left out.',
  })
  involvedObject: InvolvedObject | null;

  @Field(() => String, {
    nullable: true,
    description: 'The component that reported it, e.g. `kubelet`; null where the Event does not say.',
  })
  component: string | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'When it was last seen in the cluster before it was read; null where the Event does not say, and in the event that counts those left out.',
  })
  seenAt: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: 'How many Events were left out; null in all but the event that counts them.',
  })
  omitted: number | null;
}

/** Every object type behind `Event`, for `orphanedTypes`. */
export const eventTypes = [
  ProvisioningEvent,
  ScalingEvent,
  WorkloadEvent,
  QuotaEvent,
  AccessEvent,
  KubernetesEvent,
];

export const EventConnection = connectionOf('Event', () => EventInterface);

@InputType({ description: 'Which events; every condition given must hold.' })
export class EventFilter {
  @Field(() => ID, { nullable: true, description: 'About this cluster.' })
  clusterId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Of this operation.' })
  operationId?: string | null;

  @Field(() => [EventCategory], { nullable: true, description: 'About one of these.' })
  categories?: EventCategory[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Of one of these types, e.g. `NODE_READY`; at most 100.',
  })
  types?: string[] | null;

  @Field(() => [EventKind], { nullable: true, description: 'Of one of these kinds; at most 100.' })
  kinds?: Kind[] | null;

  @Field(() => [EventLevel], { nullable: true, description: 'Of one of these levels.' })
  levels?: EventLevel[] | null;

  @Field(() => Date, { nullable: true, description: 'Happened then or later.' })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Happened before then.' })
  to?: Date | null;
}
