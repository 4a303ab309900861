import { createUnionType, Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import type { EventCategory as Category } from '../../../../engine/contract.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import type { EventKind as Kind } from '../../../../engine/events/event-kinds.js';
import { EventInterface, EventKind, EventLevel } from '../../../runtime/graph/event.type.js';
import { Cluster, NodePool, Operation, Workload } from '../entities/entities.type.js';

export const EventCategory = graphEnum<Category>('EventCategory', 'Subject of an event.', {
  PROVISIONING: 'Creation, change and deletion of clusters, node pools, nodes and operations.',
  SCALING: 'Changes of the sizes of node pools and workloads.',
  WORKLOAD: 'Manifests applied to clusters.',
  QUOTA: 'Quotas and applications for higher ones.',
  ACCESS: 'Credentials issued to people and programs; AccessEvent.subject says to whom.',
  KUBERNETES: "Events of the clusters' own Kubernetes APIs, as `kubectl get events` shows them.",
});
export type EventCategory = Category;

/** The subgraph `clusters` declares this type with the same fields, because it streams these events, too. */
@Directive('@shareable')
@ObjectType({
  implements: EventInterface,
  description: 'A cluster, node pool, node or operation was created, changed or deleted.',
})
export class ProvisioningEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'The cluster it is about.' })
  cluster: Cluster | null;

  @Field(() => NodePool, {
    nullable: true,
    description: 'The node pool it is about; null once it is deleted.',
  })
  nodePool: NodePool | null;

  @Field(() => Operation, { nullable: true, description: 'The operation that it belongs to.' })
  operation: Operation | null;
}

const ScalingTarget = createUnionType({
  name: 'ScalingTarget',
  description: 'A node pool or workload.',
  types: () => [NodePool, Workload] as const,
});

@Directive('@key(fields: "id")')
@ObjectType({ implements: EventInterface, description: 'The size of a node pool or workload changed.' })
export class ScalingEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'The cluster it is in.' })
  cluster: Cluster | null;

  @Field(() => ScalingTarget, {
    nullable: true,
    description: 'The node pool or workload; null once it is deleted.',
  })
  target: NodePool | Workload | null;

  @Field(() => Int, { description: 'The size before.' })
  fromSize: number;

  @Field(() => Int, {
    description: 'The size after. Below the requested one when a quota or the stock limits it.',
  })
  toSize: number;

  @Field(() => String, { description: 'Cause of the activity: `MANUAL` for a mutation.' })
  trigger: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of additional nodes that were requested; null where all of the change was made at once.',
  })
  requested: number | null;

  @Field(() => Int, { nullable: true, description: 'Number of them that were created.' })
  created: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of instances that could not be created; the operation reports the reasons.',
  })
  failed: number | null;

  @Field(() => Operation, { nullable: true, description: 'The operation that it belongs to.' })
  operation: Operation | null;
}

@Directive('@key(fields: "id")')
@ObjectType({ implements: EventInterface, description: 'A manifest was applied to a cluster.' })
export class WorkloadEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'The cluster it is in.' })
  cluster: Cluster | null;

  @Field(() => Workload, { nullable: true, description: 'The (first) workload it is about.' })
  workload: Workload | null;
}

@Directive('@key(fields: "id")')
@ObjectType({
  implements: EventInterface,
  description: 'A quota changed, or an application for a higher one was decided.',
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
@ObjectType({
  implements: EventInterface,
  description: 'An event about credentials that were issued for a cluster.',
})
export class AccessEvent extends EventInterface {
  @Field(() => String, { description: 'The subject of the token with which they were requested.' })
  subject: string;

  @Field(() => Cluster, { nullable: true, description: 'Cluster that the credentials are for.' })
  cluster: Cluster | null;
}

@ObjectType({ description: 'The object of a cluster that a Kubernetes Event is about.' })
export class InvolvedObject {
  @Field(() => String, { description: 'Its kind, e.g. `Pod`.' })
  kind: string;

  @Field(() => String, { nullable: true, description: 'Its namespace; null for an object without one.' })
  namespace: string | null;

  @Field(() => String, { description: 'Name of the object.' })
  name: string;
}

@Directive('@key(fields: "id")')
@ObjectType({
  implements: EventInterface,
  description:
    "An Event (core/v1) of a cluster's Kubernetes API, with its own `reason` and `message`; `type` is `KUBERNETES_EVENT`, `at` is when the platform read it. Clusters are read every 30 seconds. A repeated Event is published once. Of more than 60 at once the first 60 are published, warnings first, and an event of type `KUBERNETES_EVENTS_OMITTED` counts the others.",
})
export class KubernetesEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'The cluster it is from.' })
  cluster: Cluster | null;

  @Field(() => InvolvedObject, {
    nullable: true,
    description: 'The object it is about; null in the event that counts omitted ones.',
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
      'When the cluster last reported it before the platform read it; null where the Event does not say, and in the event that counts omitted ones.',
  })
  seenAt: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of omitted Events; null in all other events.',
  })
  omitted: number | null;
}

/** Every object type that implements `Event`, for `orphanedTypes`. */
export const eventTypes = [
  ProvisioningEvent,
  ScalingEvent,
  WorkloadEvent,
  QuotaEvent,
  AccessEvent,
  KubernetesEvent,
];

export const EventConnection = connectionOf('Event', () => EventInterface);

@InputType({ description: 'Filter of events; all conditions are combined with AND.' })
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
