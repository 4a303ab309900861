import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
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
      'Makes nodes of instances that belong to no cluster. They run, are in the region and the VPC of the cluster and in a zone where the pool has a vSwitch, and are alike to the nodes of the pool: large enough, of its architecture and accelerators, and what its runtime and the kind of the cluster need. Joining MANUAL, their operating system is one for nodes, of the family of the pool. Those that cannot join are told, each with its reason, in the result of the operation. Instances take the places of nodes that the pool lacks first; beyond those its desired size grows. No instance is bought.',
  })
  attachInstances(
    @Ctx() context: RequestContext,
    @Arg('input', () => AttachInstancesInput, { description: 'The instances and their pool.' })
    input: AttachInstancesInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.services.attaching.attach(context.actor, input, dryRun));
  }

  @Mutation(() => RemoveNodesPayload, {
    description:
      'Takes nodes out of their pool and lowers its desired size by as many. No instance is bought: nodes that the pool lacked before it lacks afterwards.',
  })
  removeNodes(
    @Ctx() context: RequestContext,
    @Arg('input', () => RemoveNodesInput, { description: 'The nodes.' }) input: RemoveNodesInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.services.removing.remove(context.actor, input, dryRun));
  }

  @Mutation(() => SyncNodePoolPayload, {
    description:
      'Compares a pool with the cloud and with Kubernetes and fixes what differs: nodes that were deleted with kubectl lose their instances, and others are made.',
  })
  syncNodePool(
    @Ctx() context: RequestContext,
    @Arg('input', () => SyncNodePoolInput, { description: 'The pool.' }) input: SyncNodePoolInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.services.removing.sync(context.actor, input, dryRun));
  }
}
