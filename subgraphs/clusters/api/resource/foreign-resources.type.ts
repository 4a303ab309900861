import type { EventTypeName } from '../../../../engine/events/event-type.js';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Resource } from '../../../runtime/graph/resource.type.js';

/**
 * A type of another subgraph. Its `id` is external, so the gateway resolves it in the owning subgraph by the key
 * `resourceId`, and that subgraph returns null for an object that does not exist.
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

/**
 * An event type that the observability subgraph owns. Every subgraph can read the event log, so this one already
 * knows that the event exists.
 */
function foreignEvent(name: EventTypeName, description: string) {
  @Directive('@key(fields: "id", resolvable: false)')
  @ObjectType(name, { implements: Resource, description })
  class ForeignEvent implements Resource {
    @Field(() => ID, { description: 'Id of the event: the same in every query and subscription.' })
    id: string;
  }
  return ForeignEvent;
}

/** Types of other subgraphs that `Query.node` can return. */
export const foreignResourceTypes = [
  foreignEvent('ScalingEvent', 'The size of a node pool or workload changed.'),
  foreignEvent('WorkloadEvent', 'A workload was deployed to a cluster.'),
  foreignEvent('QuotaEvent', 'A quota changed, or an application for more was decided.'),
  foreignEvent('AccessEvent', 'An event about credentials that were issued for a cluster.'),
  foreignEvent('KubernetesEvent', "An Event (core/v1) of a cluster's Kubernetes API."),
  foreignResource('Pod', 'A pod: containers that run together on one node.'),
  foreignResource('Workload', 'A Kubernetes controller that runs pods in a cluster.'),
  foreignResource('Quota', 'A limit of the account with its usage.'),
  foreignResource('QuotaApplication', 'A request for a higher limit.'),
  foreignResource('Permission', 'A principal has a role in a scope.'),
  foreignResource('Principal', 'A user, group or service account of the account.'),
  foreignResource('Role', 'A role: a name for what a principal may do.'),
];

/** Type names by id prefix. */
export const foreignResources: Readonly<Record<string, string>> = {
  pod: 'Pod',
  workload: 'Workload',
  quota: 'Quota',
  quotaapplication: 'QuotaApplication',
  permission: 'Permission',
  principal: 'Principal',
  role: 'Role',
};
