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
  ACCESS: 'Issued credentials; see AccessEvent.subject for the recipient.',
  KUBERNETES: 'Events from the Kubernetes APIs of the clusters, as shown by `kubectl get events`.',
});
export type EventCategory = Category;

/** The subgraph `clusters` declares this type with the same fields, because it streams these events, too. */
@Directive('@shareable')
@ObjectType({
  implements: EventInterface,
  description: 'A cluster, node pool, node or operation was created, changed or deleted.',
})
export class ProvisioningEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'Cluster of the event.' })
  cluster: Cluster | null;

  @Field(() => NodePool, {
    nullable: true,
    description: 'The node pool it is about; null once it is deleted.',
  })
  nodePool: NodePool | null;

  @Field(() => Operation, { nullable: true, description: 'Operation that the event belongs to.' })
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
  @Field(() => Cluster, { nullable: true, description: 'Cluster of the event.' })
  cluster: Cluster | null;

  @Field(() => ScalingTarget, {
    nullable: true,
    description: 'Node pool or workload that was scaled. Null after its deletion.',
  })
  target: NodePool | Workload | null;

  @Field(() => Int, { description: 'Size before the change.' })
  fromSize: number;

  @Field(() => Int, {
    description: 'Size after the change. Lower than requested if a quota or the stock limits it.',
  })
  toSize: number;

  @Field(() => String, { description: 'Cause of the activity: `MANUAL` for a mutation.' })
  trigger: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of additional nodes that were requested. Null if the whole change was made at once.',
  })
  requested: number | null;

  @Field(() => Int, { nullable: true, description: 'Number of requested nodes that were created.' })
  created: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of instances that could not be created; the operation reports the reasons.',
  })
  failed: number | null;

  @Field(() => Operation, { nullable: true, description: 'Operation that the event belongs to.' })
  operation: Operation | null;
}

@Directive('@key(fields: "id")')
@ObjectType({ implements: EventInterface, description: 'A manifest was applied to a cluster.' })
export class WorkloadEvent extends EventInterface {
  @Field(() => Cluster, { nullable: true, description: 'Cluster of the event.' })
  cluster: Cluster | null;

  @Field(() => Workload, {
    nullable: true,
    description: 'Workload of the event: the first one of the manifest.',
  })
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
    description: 'Cluster that the quota counts in. Null for quotas of the account.',
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
  @Field(() => String, { description: 'Kind of the object, e.g. `Pod`.' })
  kind: string;

  @Field(() => String, {
    nullable: true,
    description: 'Namespace of the object. Null for a cluster-scoped object.',
  })
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
  @Field(() => Cluster, { nullable: true, description: 'Cluster that reported the event.' })
  cluster: Cluster | null;

  @Field(() => InvolvedObject, {
    nullable: true,
    description: 'Object that the Event is about. Null in the event that counts omitted ones.',
  })
  involvedObject: InvolvedObject | null;

  @Field(() => String, {
    nullable: true,
    description: 'Component that reported the Event, e.g. `kubelet`. Null if the Event does not name it.',
  })
  component: string | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'Time at which the cluster last reported the Event before the platform read it. Null if the Event has no time, and in the event that counts omitted ones.',
  })
  seenAt: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of omitted Events. Null in all other events.',
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
  @Field(() => ID, { nullable: true, description: 'Events of this cluster.' })
  clusterId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Events of this operation.' })
  operationId?: string | null;

  @Field(() => [EventCategory], { nullable: true, description: 'Events of one of these categories.' })
  categories?: EventCategory[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Events of one of these types, e.g. `NODE_READY`; at most 100.',
  })
  types?: string[] | null;

  @Field(() => [EventKind], { nullable: true, description: 'Events of one of these kinds; at most 100.' })
  kinds?: Kind[] | null;

  @Field(() => [EventLevel], { nullable: true, description: 'Events of one of these levels.' })
  levels?: EventLevel[] | null;

  @Field(() => Date, { nullable: true, description: 'Events at this time or later.' })
  from?: Date | null;

  @Field(() => Date, { nullable: true, description: 'Events before this time.' })
  to?: Date | null;
}
