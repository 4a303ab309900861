import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { CreateNodePoolInput, DeleteNodePoolInput, ScaleNodePoolInput } from './node-pool.input.js';
import type { NodePoolService } from './node-pool.service.js';
import {
  CreateNodePoolPayload,
  DeleteNodePoolPayload,
  ScaleNodePoolPayload,
  toPayload,
} from '../entities/payloads.type.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';

@Resolver()
export class NodePoolMutations {
  constructor(private readonly pools: NodePoolService) {}

  @Mutation(() => CreateNodePoolPayload, { description: 'Adds a node pool to a running cluster.' })
  createNodePool(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateNodePoolInput, { description: 'The node pool to create.' })
    input: CreateNodePoolInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.pools.create(context.actor, input, dryRun));
  }

  @Mutation(() => ScaleNodePoolPayload, {
    description: 'Sets the desired size of a node pool. Setting the current size retries failed nodes.',
  })
  scaleNodePool(
    @Ctx() context: RequestContext,
    @Arg('input', () => ScaleNodePoolInput, { description: 'The node pool and its desired size.' })
    input: ScaleNodePoolInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.pools.scale(context.actor, input, dryRun));
  }

  @Mutation(() => DeleteNodePoolPayload, { description: 'Deletes a node pool with its nodes.' })
  deleteNodePool(
    @Ctx() context: RequestContext,
    @Arg('input', () => DeleteNodePoolInput, { description: 'The node pool to delete.' })
    input: DeleteNodePoolInput,
    @DryRun() dryRun?: boolean | null,
  ) {
    return toPayload(context, () => this.pools.delete(context.actor, input, dryRun));
  }
}
