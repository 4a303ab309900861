import type { InfrastructureProvider } from '../../../../engine/providers/infrastructure-provider.js';
import type { ScalingGroup } from '../../../../engine/providers/node-pool-provider.js';

/** Reads the scaling groups of clusters from the provider, once per cluster and request. */
export class ScalingGroupsReader {
  constructor(private readonly provider: Pick<InfrastructureProvider, 'scalingGroups'>) {}

  /** Scaling groups by cluster id. Needs no check of the account: its pools were read with one. */
  readonly ofClusters = async (
    _account: string,
    clusterIds: readonly string[],
  ): Promise<Map<string, readonly ScalingGroup[]>> => {
    const groups = await Promise.all(clusterIds.map((id) => this.provider.scalingGroups(id)));
    return new Map(clusterIds.map((id, index) => [id, groups[index] ?? []]));
  };
}
