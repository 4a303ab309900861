import type { InfrastructureProvider } from '../../../../engine/providers/infrastructure-provider.js';
import type { ScalingGroup } from '../../../../engine/providers/node-pool-provider.js';

/** Asks the provider for the scaling groups of clusters, once for each cluster and request. */
export class ScalingGroupsReader {
  constructor(private readonly provider: Pick<InfrastructureProvider, 'scalingGroups'>) {}

  /** By cluster. The account was checked when its pools were read. */
  readonly ofClusters = async (
    _account: string,
    clusterIds: readonly string[],
  ): Promise<Map<string, readonly ScalingGroup[]>> => {
    const groups = await Promise.all(clusterIds.map((id) => this.provider.scalingGroups(id)));
    return new Map(clusterIds.map((id, index) => [id, groups[index] ?? []]));
  };
}
