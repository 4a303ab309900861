import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Resource } from '../../../kernel/graph/resource.type.js';

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

/** Types of other subgraphs that `Query.node` finds. */
export const foreignResourceTypes = [
  foreignResource('Workload', 'Something that runs pods in a cluster.'),
  foreignResource('Quota', 'A limit of the account, and how much of it is used.'),
  foreignResource('QuotaApplication', 'A request for a higher limit.'),
];

/** Their names by the prefix of their ids. */
export const foreignResources: Readonly<Record<string, string>> = {
  workload: 'Workload',
  quota: 'Quota',
  quotaapplication: 'QuotaApplication',
};
