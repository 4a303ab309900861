import { Field, ID, ObjectType } from 'type-graphql';
import { orderOf } from '../../../runtime/graph/order.type.js';
import { connectionOf } from '../../../runtime/graph/connection.type.js';
import { Resource } from '../../../runtime/graph/resource.type.js';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import type { CloudResourceRow } from '../../store/network.store.js';
import { ClusterResourceType } from '../entities/network.enums.js';

@ObjectType({
  implements: Resource,
  description:
    'A load balancer or public address that outlived its cluster because deleteCluster retained it. It counts against its quota and is billed until deleteLoadBalancer or deleteEip deletes it.',
})
export class RetainedResource {
  @Field(() => ID, { description: 'Id of the resource, `resource_…`, as in `Cluster.resources`.' })
  id: string;

  @Field(() => ClusterResourceType, { description: 'Type of the resource: LOAD_BALANCER or EIP.' })
  type: string;

  @Field(() => String, { description: 'Name of the resource.' })
  name: string;

  @Field(() => ID, { description: 'Id of the deleted cluster that it was created for.' })
  formerClusterId: string;

  @Field(() => DateTimeScalar, { description: 'Creation time of the resource.' })
  createdAt: Date;
}

export const RetainedResourceConnection = connectionOf('RetainedResource', () => RetainedResource);

export const RetainedResourceOrder = orderOf('RetainedResource', {
  CREATED_AT: 'Time of creation.',
  NAME: 'Name.',
});
export type RetainedResourceOrder = InstanceType<typeof RetainedResourceOrder>;

/** Converts the row of a retained resource. */
export function toRetainedResource({ clusterId, ...row }: CloudResourceRow): RetainedResource {
  return { ...row, formerClusterId: clusterId };
}
