import type { Platform } from '../../engine/platform.js';
import type { ClusterCatalogStore } from './store/catalog.store.js';
import type { ClusterStore } from './store/cluster.store.js';
import { ChargeConversionService } from './api/instance/charge-conversion.service.js';
import { InstanceResolver, InstanceCategoryResolver } from './api/instance/instance.resolver.js';
import { InstanceService } from './api/instance/instance.service.js';
import {
  ClusterNodeResolver,
  NodeDetailsResolver,
  NodeRepairResolver,
} from './api/node/node-details.resolver.js';
import { NodeRepairStore } from './store/node-repair.store.js';
import type { NodeStore } from './store/node.store.js';
import { AttachInstancesService } from './api/node-pool/attach-instances.service.js';
import { PoolChangesMutations } from './api/node-pool/pool-changes.mutations.js';
import { PoolDetailsResolver, ScalingGroupResolver } from './api/node-pool/pool-details.resolver.js';
import { RemoveNodesService } from './api/node-pool/remove-nodes.service.js';
import { ScalingGroupsReader } from './api/node-pool/scaling-groups.reader.js';
import { UpdateNodePoolService } from './api/node-pool/update-node-pool.service.js';

/** What the graph has of node pools beyond creating, scaling and deleting them. */
export function poolResolvers(
  platform: Platform,
  {
    catalog,
    clusters,
    nodes,
  }: { readonly catalog: ClusterCatalogStore; readonly clusters: ClusterStore; readonly nodes: NodeStore },
): object[] {
  return [
    new PoolDetailsResolver({ catalog, repairs: new NodeRepairStore(platform.database.prisma) }),
    new ScalingGroupResolver(new ScalingGroupsReader(platform.provider)),
    new PoolChangesMutations({
      updating: new UpdateNodePoolService(platform, catalog),
      attaching: new AttachInstancesService(platform, catalog),
      removing: new RemoveNodesService(platform),
    }),
    new InstanceCategoryResolver(),
    new NodeRepairResolver(),
    new NodeDetailsResolver({ catalog, clusters }),
    new ClusterNodeResolver(nodes),
    new InstanceResolver(new InstanceService(platform), new ChargeConversionService(platform), catalog),
  ];
}
