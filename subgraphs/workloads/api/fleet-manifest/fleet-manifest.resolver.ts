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
import { toManifestObject } from '../manifest/manifest.resolver.js';
import { problemsOf } from '../manifest/manifest.service.js';
import type { WorkloadReader } from '../../inspection/workload.reader.js';

@Resolver()
export class FleetManifestResolver {
  constructor(
    private readonly service: FleetManifestService,
    private readonly reader: WorkloadReader,
  ) {}

  // Asks the API servers of up to 100 clusters for each object.
  @Cost(50_000)
  @Mutation(() => ApplyManifestToClustersPayload, {
    description:
      'Applies one manifest to several clusters, wherever they are, and says for each what became of it.',
  })
  async applyManifestToClusters(
    @Arg('input', () => ApplyManifestToClustersInput, { description: 'The manifest and where it goes.' })
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
      // To name a cluster that is not there would let the gateway ask for its other fields.
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
    const known = value.workload ?? (value.workloadId && (await this.reader.find(value.workloadId, context)));
    const userErrors = problemsOf(value).map(toUserError);
    return {
      clusterId,
      cluster,
      ok: userErrors.length === 0,
      objects: value.objects.map(toManifestObject),
      workload: known || null,
      userErrors,
    };
  }
}
