import { createHash } from 'node:crypto';
import { throwProblem, type Result, toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ManifestEntry } from '../../model/manifest.rules.js';
import type { ApplyOutcome } from '../../model/manifest-outcome.rules.js';
import { type ApplyRequest, callerOf, type ManifestService } from '../manifest/manifest.service.js';
import { parseManifest } from '../manifest/parse-manifest.js';

const MAX_CLUSTERS = 100;
/** Clusters to which the manifest is applied concurrently. */
const CONCURRENCY = 8;

export interface FleetApplyRequest extends Omit<ApplyRequest, 'clusterId'> {
  readonly clusterIds: readonly string[];
}

/** The result of the manifest in one cluster. */
export interface ClusterOutcome {
  readonly clusterId: string;
  readonly result: Result<ApplyOutcome>;
}

/** Applies one manifest to several clusters. */
export class FleetManifestService {
  constructor(private readonly manifests: ManifestService) {}

  /** Returns one outcome for each cluster, in their order. Throws if the request is not valid for any cluster. */
  async apply(
    request: FleetApplyRequest,
    dryRun: boolean,
    context: RequestContext,
  ): Promise<ClusterOutcome[]> {
    const ids = [...new Set(request.clusterIds)];
    if (ids.length < 1 || ids.length > MAX_CLUSTERS)
      throwProblem('INVALID_INPUT', `1 to ${MAX_CLUSTERS} clusters at once, not ${ids.length}.`, {
        path: ['input', 'clusterIds'],
      });
    // Parse once for all clusters, and only if the account has one of them.
    const clientOf = (id: string) => this.manifests.clientOf(id, context, pathOf(request, id));
    const found = await Promise.all(ids.map((id) => toResult(() => clientOf(id))));
    const hasCluster = found.some(({ ok }) => ok);
    const entries = hasCluster ? await parseManifest(request.yaml, callerOf(context)) : [];
    const outcomes = new Map<string, ClusterOutcome>();
    const pending = [...ids];
    const work = async () => {
      for (let id = pending.shift(); id !== undefined; id = pending.shift())
        outcomes.set(id, await this.applyTo(id, { request, entries, dryRun, context }));
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, ids.length) }, work));
    return ids.flatMap((id) => outcomes.get(id) ?? []);
  }

  private async applyTo(
    clusterId: string,
    { request, entries, dryRun, context }: Call,
  ): Promise<ClusterOutcome> {
    const { yaml, force, clientToken: requestToken } = request;
    // Each cluster has its own token, so that a repeated request resumes where the first one stopped.
    const clientToken = requestToken == null ? null : tokenOf(requestToken, clusterId);
    const clusterRequest = { clusterId, yaml, force, clientToken };
    const apply = async () => {
      const client = await this.manifests.clientOf(clusterId, context, pathOf(request, clusterId));
      return this.manifests.applyEntries({ request: clusterRequest, client, entries }, dryRun, context);
    };
    return { clusterId, result: await toResult(apply) };
  }
}

interface Call {
  readonly request: FleetApplyRequest;
  readonly entries: readonly ManifestEntry[];
  readonly dryRun: boolean;
  readonly context: RequestContext;
}

function pathOf({ clusterIds }: FleetApplyRequest, clusterId: string): string[] {
  return ['input', 'clusterIds', String(clusterIds.indexOf(clusterId))];
}

function tokenOf(token: string, clusterId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([token, clusterId]))
    .digest('hex');
}
