import { createHash } from 'node:crypto';
import { throwProblem, type Result, toResult } from '../../../../kernel/result.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import { type ManifestEntry, parseManifest } from '../../model/manifest.rules.js';
import {
  type ApplyOutcome,
  type ApplyRequest,
  type ManifestService,
  callerOf,
} from '../manifest/manifest.service.js';

const MAX_CLUSTERS = 100;
/** Clusters that are worked on side by side. */
const AT_ONCE = 8;

export interface FleetApplyRequest extends Omit<ApplyRequest, 'clusterId'> {
  readonly clusterIds: readonly string[];
}

/** Result of applying the manifest in one cluster, or the error. */
export interface ClusterOutcome {
  readonly clusterId: string;
  readonly result: Result<ApplyOutcome>;
}

/** Applies one manifest to several clusters. */
export class FleetManifestService {
  constructor(private readonly manifests: ManifestService) {}

  /** One outcome for each cluster, in their order. Refuses a request that is wrong for all of them. */
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
    // What is wrong with the manifest is so everywhere; for no cluster of the account at all it is not parsed.
    const clientOf = (id: string) => this.manifests.clientOf(id, context, pathOf(request, id));
    const found = await Promise.all(ids.map((id) => toResult(() => clientOf(id))));
    const isForOne = found.some(({ ok }) => ok);
    const entries = isForOne ? await parseManifest(request.yaml, callerOf(context)) : [];
    const outcomes = new Map<string, ClusterOutcome>();
    const left = [...ids];
    const work = async () => {
      for (let id = left.shift(); id !== undefined; id = left.shift())
        outcomes.set(id, await this.applyTo(id, { request, entries, dryRun, context }));
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, work));
    return ids.flatMap((id) => outcomes.get(id) ?? []);
  }

  private async applyTo(
    clusterId: string,
    { request, entries, dryRun, context }: Call,
  ): Promise<ClusterOutcome> {
    const { yaml, force, clientToken: given } = request;
    // Each cluster remembers for itself, so that a repetition goes on where the first request stopped.
    const clientToken = given == null ? null : tokenOf(given, clusterId);
    const one = { clusterId, yaml, force, clientToken };
    const apply = async () => {
      const client = await this.manifests.clientOf(clusterId, context, pathOf(request, clusterId));
      return this.manifests.applyEntries({ request: one, client, entries }, dryRun, context);
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
