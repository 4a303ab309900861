import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ScaleService } from './scale.service.js';
import { ScaleWorkloadInput, ScaleWorkloadPayload } from './scale.type.js';

@Resolver()
export class ScaleResolver {
  constructor(private readonly service: ScaleService) {}

  @Mutation(() => ScaleWorkloadPayload, { description: 'Changes the desired number of pods of a workload.' })
  async scaleWorkload(
    @Arg('input', () => ScaleWorkloadInput, { description: 'The workload and its desired size.' })
    input: ScaleWorkloadInput,
    @DryRun() dryRun: boolean | null,
    @Ctx() context: RequestContext,
  ): Promise<ScaleWorkloadPayload> {
    const result = await toResult(() => this.service.scale({ ...input }, dryRun ?? false, context));
    if (!result.ok) return { workload: null, operation: null, userErrors: result.problems.map(toUserError) };
    return { workload: result.value, operation: null, userErrors: [] };
  }
}
