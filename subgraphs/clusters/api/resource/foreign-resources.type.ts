import type { EventTypeName } from '../../../../engine/events/event-type.js';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';

/**
 * A type of another subgraph. Its `id` is external, so the gateway asks the subgraph that owns the type, which answers
 * null for what does not exist; `resourceId` is the key by which it does.
 */
function foreignResource(name: string, description: string) {
  @Directive('@key(fields: "resourceId", resolvable: false)')
  @ObjectType(name, { implements: Resource, description })
  class ForeignResource implements Resource {
    @Directive('@external')
    @Field(() => ID, { description: 'Id of the object.' })
    id: string;

    @Directive('@inaccessible')
    @Field(() => ID, { description: 'The id, before it is known whether there is such an object.' })
    resourceId: string;
  }
  return ForeignResource;
}

/** A type of events, which observability owns. Every subgraph reads the log: that there is the event is known here. */
function foreignEvent(name: EventTypeName, description: string) {
  @Directive('@key(fields: "id", resolvable: false)')
  @ObjectType(name, { implements: Resource, description })
  class ForeignEvent implements Resource {
    @Field(() => ID, { description: 'Id of the event, the same wherever it is shown.' })
    id: string;
  }
  return ForeignEvent;
}

/** Types of other subgraphs that `Query.node` finds. */
export const foreignResourceTypes = [
  foreignEvent('ScalingEvent', 'The size of a node pool or workload changed.'),
  foreignEvent('WorkloadEvent', 'A workload was deployed to a cluster.'),
  foreignEvent('QuotaEvent', 'A quota changed, or an application for more was decided.'),
  foreignEvent('AccessEvent', 'Credentials of a cluster were issued.'),
  foreignEvent('KubernetesEvent', "An Event (core/v1) of a cluster's Kubernetes API."),
  foreignResource('Pod', 'A pod: containers that run together on one node.'),
  foreignResource('Workload', 'Kubernetes controller that runs pods in a cluster.'),
  foreignResource('Quota', 'A limit of the account, and how much of it is used.'),
  foreignResource('QuotaApplication', 'A request for a higher limit.'),
];

/** Their names by the prefix of their ids. */
export const foreignResources: Readonly<Record<string, string>> = {
  pod: 'Pod',
  workload: 'Workload',
  quota: 'Quota',
  quotaapplication: 'QuotaApplication',
};
