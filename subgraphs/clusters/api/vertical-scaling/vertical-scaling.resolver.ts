import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { ScaleClusterVerticallyPayload, toPayload } from '../entities/payloads.type.js';
import type { VerticalScalingService } from './vertical-scaling.service.js';
import { ScaleClusterVerticallyInput } from './vertical-scaling.type.js';

@Resolver()
export class VerticalScalingMutations {
  constructor(private readonly service: VerticalScalingService) {}

  @Mutation(() => ScaleClusterVerticallyPayload, {
    description:
      'Replaces the nodes of a cluster by nodes of other instance types, pool by pool: adds new nodes, then drains and removes as many old ones. In a pool that already has the maximum size of its autoscaling, old nodes are removed first. The platform sizes the control plane of a managed cluster; migrateCluster changes its edition.',
  })
  scaleClusterVertically(
    @Ctx() context: RequestContext,
    @Arg('input', () => ScaleClusterVerticallyInput, { description: 'The cluster and the instance types.' })
    input: ScaleClusterVerticallyInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.service.scale(context.actor, input, dryRun));
  }
}
