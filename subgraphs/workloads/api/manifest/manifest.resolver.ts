import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { type ApplyOutcome, problemsOf } from '../../model/manifest-outcome.rules.js';
import type { ManifestService } from './manifest.service.js';
import { ApplyManifestInput, ApplyManifestPayload } from './manifest.type.js';
import { toManifestObject } from './to-manifest-object.js';
import type { WorkloadReader } from '../../inspection/workload.reader.js';

@Resolver()
export class ManifestResolver {
  constructor(
    private readonly service: ManifestService,
    private readonly reader: WorkloadReader,
  ) {}

  // Two requests to the cluster's API server for each object.
  @Cost(1_000)
  @Mutation(() => ApplyManifestPayload, {
    description:
      'Applies a manifest to a cluster (server-side apply as field manager `fleetgraph`), object by object.',
  })
  async applyManifest(
    @Arg('input', () => ApplyManifestInput, { description: 'The manifest and its cluster.' })
    input: ApplyManifestInput,
    @DryRun() dryRun: boolean | null,
    @Ctx() context: RequestContext,
  ): Promise<ApplyManifestPayload> {
    const result = await toResult(() => this.service.apply({ ...input }, dryRun ?? false, context));
    if (!result.ok)
      return { objects: [], workload: null, operation: null, userErrors: result.problems.map(toUserError) };
    return {
      objects: result.value.objects.map(toManifestObject),
      workload: await this.workloadOf(result.value, context),
      operation: null,
      userErrors: problemsOf(result.value).map(toUserError),
    };
  }

  private async workloadOf({ workload, workloadId }: ApplyOutcome, context: RequestContext) {
    if (workload) return workload;
    return workloadId === null ? null : ((await this.reader.find(workloadId, context)) ?? null);
  }
}
