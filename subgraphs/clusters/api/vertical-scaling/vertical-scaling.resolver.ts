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
      'Gives the nodes of a cluster other instance types, pool by pool: new nodes come first, then as many old ones are drained and leave; in a pool that has as many nodes as its autoscaling allows, old ones leave first. The control plane of a managed cluster is sized by the platform; its edition is changed with migrateCluster.',
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
