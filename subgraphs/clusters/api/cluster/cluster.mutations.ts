import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import {
  CreateClusterInput,
  DeleteClusterInput,
  UpdateClusterInput,
  UpgradeClusterInput,
} from './cluster.input.js';
import type { ClusterService } from './cluster.service.js';
import type { CreateClusterService } from './create-cluster.service.js';
import {
  CreateClusterPayload,
  DeleteClusterPayload,
  toPayload,
  UpdateClusterPayload,
  UpgradeClusterPayload,
} from '../entities/payloads.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';

@Resolver()
export class ClusterMutations {
  constructor(
    private readonly creation: CreateClusterService,
    private readonly clusters: ClusterService,
  ) {}

  @Mutation(() => CreateClusterPayload, {
    description: 'Creates a cluster asynchronously. Follow the returned operation with operationProgress.',
  })
  createCluster(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateClusterInput, { description: 'The cluster to create.' })
    input: CreateClusterInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.creation.create(context.actor, input, dryRun));
  }

  @Mutation(() => UpdateClusterPayload, {
    description: 'Changes name, labels, deletion protection or authentication mode of a cluster.',
  })
  updateCluster(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpdateClusterInput, { description: 'The changes.' }) input: UpdateClusterInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.clusters.update(context.actor, input, dryRun));
  }

  @Mutation(() => UpgradeClusterPayload, {
    description:
      'Upgrades the Kubernetes version of a cluster. The upgrade cannot be rolled back. Rejected with UPGRADE_BLOCKED while an item of level BLOCKING fails; see runClusterCheck.',
  })
  upgradeCluster(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpgradeClusterInput, { description: 'The cluster and the version.' })
    input: UpgradeClusterInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.clusters.upgrade(context.actor, input, dryRun));
  }

  @Mutation(() => DeleteClusterPayload, { description: 'Deletes a cluster with everything in it.' })
  deleteCluster(
    @Ctx() context: RequestContext,
    @Arg('input', () => DeleteClusterInput, { description: 'The cluster to delete.' })
    input: DeleteClusterInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.clusters.delete(context.actor, input, dryRun));
  }
}
