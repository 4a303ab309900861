import { Arg, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { InstanceType, InstanceTypeFilter } from '../entities/instance-type.type.js';
import { fitsNode } from '../../model/node-pool.rules.js';
import { KubernetesVersion } from '../entities/version.type.js';
import type { InstanceTypeValue, Version } from '../../model/version.rules.js';

@Resolver(() => KubernetesVersion)
export class CatalogResolver {
  constructor(private readonly catalog: ClusterCatalogStore) {}

  @Query(() => [KubernetesVersion], { description: 'Every Kubernetes version, newest first.' })
  async kubernetesVersions() {
    return (await this.catalog.read()).versions.all();
  }

  @Query(() => [InstanceType], { description: 'Instance types, smallest first.' })
  async instanceTypes(
    @Arg('filter', () => InstanceTypeFilter, { nullable: true, description: 'Filter. Default: all.' })
    filter?: InstanceTypeFilter | null,
  ) {
    const { instanceTypes } = await this.catalog.read();
    return [...new Set(instanceTypes.values())].filter((type) => passes(type, filter ?? {}));
  }

  @FieldResolver(() => [KubernetesVersion], {
    description: 'Versions that clusters of this version can be upgraded to, newest first.',
  })
  async upgradeTargets(@Root() version: Version) {
    const { versions } = await this.catalog.read();
    return versions.upgradeTargets(version.id).map((id) => versions.status(id));
  }
}

function passes(type: InstanceTypeValue, filter: InstanceTypeFilter): boolean {
  const { minVcpus, minMemoryGiB, architecture, fitsNode: fits } = filter;
  return (
    type.vcpus >= (minVcpus ?? 0) &&
    type.memoryGiB >= (minMemoryGiB ?? 0) &&
    (architecture == null || type.architecture === architecture) &&
    (fits == null || fitsNode(type) === fits)
  );
}
