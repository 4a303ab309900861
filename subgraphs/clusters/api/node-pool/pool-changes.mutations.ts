import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { regionsOf } from '../../../runtime/access/reach.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import {
  AttachInstancesPayload,
  RemoveNodesPayload,
  SyncNodePoolPayload,
  toPayload,
  UpdateNodePoolPayload,
} from '../entities/payloads.type.js';
import type { AttachInstancesService } from './attach-instances.service.js';
import {
  AttachInstancesInput,
  RemoveNodesInput,
  SyncNodePoolInput,
  UpdateNodePoolInput,
} from './pool-changes.input.js';
import type { RemoveNodesService } from './remove-nodes.service.js';
import type { UpdateNodePoolService } from './update-node-pool.service.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';

@Resolver()
export class PoolChangesMutations {
  constructor(
    private readonly services: {
      updating: UpdateNodePoolService;
      attaching: AttachInstancesService;
      removing: RemoveNodesService;
    },
  ) {}

  @Mutation(() => UpdateNodePoolPayload, {
    description: 'Changes a node pool; omitted fields stay unchanged.',
  })
  updateNodePool(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpdateNodePoolInput, { description: 'The changes.' }) input: UpdateNodePoolInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.services.updating.update(context.actor, input, dryRun));
  }

  @Mutation(() => AttachInstancesPayload, {
    description:
      'Adds existing detached instances to a pool as nodes. They must be running, in the region and the VPC of the cluster, in a zone where the pool has a vSwitch, and match the nodes of the pool: large enough, of its architecture and accelerators, and supported by its runtime and the kind of the cluster. With MANUAL, their operating system must be one for nodes, of the family of the pool. The result of the operation has the reason of each instance that cannot join. Instances first replace missing nodes of the pool; more of them increase its desired size. No instance is created.',
  })
  attachInstances(
    @Ctx() context: RequestContext,
    @Arg('input', () => AttachInstancesInput, { description: 'The instances and their pool.' })
    input: AttachInstancesInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, async () => {
      const regions = await regionsOf(context, 'instances.read');
      return this.services.attaching.attach(context.actor, input, { dryRun, regions });
    });
  }

  @Mutation(() => RemoveNodesPayload, {
    description:
      'Removes nodes from their pool and decrements its desired size by their number. No instance is created: missing nodes of the pool stay missing.',
  })
  removeNodes(
    @Ctx() context: RequestContext,
    @Arg('input', () => RemoveNodesInput, { description: 'The nodes to remove.' }) input: RemoveNodesInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.services.removing.remove(context.actor, input, dryRun));
  }

  @Mutation(() => SyncNodePoolPayload, {
    description:
      'Compares a node pool with the cloud and Kubernetes and repairs differences. Instances of nodes that were deleted with kubectl are deleted and replaced.',
  })
  syncNodePool(
    @Ctx() context: RequestContext,
    @Arg('input', () => SyncNodePoolInput, { description: 'The node pool to synchronize.' })
    input: SyncNodePoolInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.services.removing.sync(context.actor, input, dryRun));
  }
}
