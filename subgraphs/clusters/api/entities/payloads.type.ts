import { Field, ObjectType } from 'type-graphql';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ChangeOutcome } from '../../changes/change.js';
import { ChangePayload } from './change-payload.type.js';
import { Cluster } from './cluster.type.js';
import { NodePool } from './node-pool.type.js';

@ObjectType()
abstract class ClusterPayload extends ChangePayload {
  @Field(() => Cluster, { nullable: true, description: 'The cluster. Null if the request was rejected.' })
  cluster: Cluster | null;
}

@ObjectType()
abstract class NodePoolPayload extends ChangePayload {
  @Field(() => NodePool, { nullable: true, description: 'The node pool. Null if the request was rejected.' })
  nodePool: NodePool | null;
}

@ObjectType({ description: 'Payload of createCluster.' })
export class CreateClusterPayload extends ClusterPayload {}

@ObjectType({ description: 'Payload of updateCluster.' })
export class UpdateClusterPayload extends ClusterPayload {}

@ObjectType({ description: 'Payload of upgradeCluster.' })
export class UpgradeClusterPayload extends ClusterPayload {}

@ObjectType({ description: 'Payload of deleteCluster.' })
export class DeleteClusterPayload extends ClusterPayload {}

@ObjectType({ description: 'Payload of setMaintenanceWindow.' })
export class SetMaintenanceWindowPayload extends ClusterPayload {}

@ObjectType({ description: 'Payload of createNodePool.' })
export class CreateNodePoolPayload extends NodePoolPayload {}

@ObjectType({ description: 'Payload of scaleNodePool.' })
export class ScaleNodePoolPayload extends NodePoolPayload {}

@ObjectType({ description: 'Payload of deleteNodePool.' })
export class DeleteNodePoolPayload extends NodePoolPayload {}

@ObjectType({ description: 'Payload of updateNodePool.' })
export class UpdateNodePoolPayload extends NodePoolPayload {}

@ObjectType({ description: 'Payload of attachInstances.' })
export class AttachInstancesPayload extends NodePoolPayload {}

@ObjectType({ description: 'Payload of removeNodes.' })
export class RemoveNodesPayload extends NodePoolPayload {}

@ObjectType({ description: 'Payload of syncNodePool.' })
export class SyncNodePoolPayload extends NodePoolPayload {}

@ObjectType({ description: 'Payload of migrateCluster.' })
export class MigrateClusterPayload extends ClusterPayload {}

@ObjectType({ description: 'Payload of scaleClusterVertically.' })
export class ScaleClusterVerticallyPayload extends ClusterPayload {}

@ObjectType({ description: 'Payload of convertChargeType.' })
export class ConvertChargeTypePayload extends ClusterPayload {}

/** Builds a payload: the changed resources, or why the change was rejected. */
export async function toPayload(context: RequestContext, work: () => Promise<ChangeOutcome>) {
  const result = await toResult(work);
  // Mutations of one request run serially: later ones must read the rows that this one has changed.
  context.loaders.clear();
  if (result.ok) return { ...result.value, userErrors: [] };
  return { cluster: null, nodePool: null, operation: null, userErrors: result.problems.map(toUserError) };
}
