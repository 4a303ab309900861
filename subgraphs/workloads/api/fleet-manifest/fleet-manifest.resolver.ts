import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Cost } from '../../../runtime/graph/cost.js';
import { DryRun } from '../../../runtime/graph/dry-run.arg.js';
import { toUserError } from '../../../runtime/graph/user-error.type.js';
import { toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterOutcome, FleetManifestService } from './fleet-manifest.service.js';
import {
  ApplyManifestToClustersInput,
  ApplyManifestToClustersPayload,
  type ClusterManifestResult,
} from './fleet-manifest.type.js';
import { problemsOf } from '../../model/manifest-outcome.rules.js';
import { toManifestObject } from '../manifest/to-manifest-object.js';
import type { WorkloadReader } from '../../inspection/workload.reader.js';

@Resolver()
export class FleetManifestResolver {
  constructor(
    private readonly service: FleetManifestService,
    private readonly reader: WorkloadReader,
  ) {}

  // Two requests to the API servers of up to 100 clusters for each object.
  @Cost(50_000)
  @Mutation(() => ApplyManifestToClustersPayload, {
    description: 'Applies one manifest to several clusters of any region and returns the result of each.',
  })
  async applyManifestToClusters(
    @Arg('input', () => ApplyManifestToClustersInput, { description: 'The manifest and its clusters.' })
    input: ApplyManifestToClustersInput,
    @DryRun() dryRun: boolean | null,
    @Ctx() context: RequestContext,
  ): Promise<ApplyManifestToClustersPayload> {
    const outcomes = await toResult(() => this.service.apply({ ...input }, dryRun ?? false, context));
    if (!outcomes.ok) return { results: [], operation: null, userErrors: outcomes.problems.map(toUserError) };
    const results = await Promise.all(outcomes.value.map((outcome) => this.resultOf(outcome, context)));
    return { results, operation: null, userErrors: [] };
  }

  private async resultOf(
    { clusterId, result }: ClusterOutcome,
    context: RequestContext,
  ): Promise<ClusterManifestResult> {
    const cluster = { id: clusterId };
    if (!result.ok) {
      // The gateway would fetch other fields of a cluster that does not exist.
      const isUnknown = result.problems.some(({ code }) => code === 'NOT_FOUND');
      const userErrors = result.problems.map(toUserError);
      return {
        clusterId,
        cluster: isUnknown ? null : cluster,
        ok: false,
        objects: [],
        workload: null,
        userErrors,
      };
    }
    const { value } = result;
    const workload =
      value.workload ?? (value.workloadId && (await this.reader.find(value.workloadId, context)));
    const userErrors = problemsOf(value).map(toUserError);
    return {
      clusterId,
      cluster,
      ok: userErrors.length === 0,
      objects: value.objects.map(toManifestObject),
      workload: workload || null,
      userErrors,
    };
  }
}
