import type { Platform } from '../../../engine/platform.js';
import type { ClusterCatalogStore } from '../catalog/catalog.store.js';
import type { ClusterStore } from '../cluster/cluster.store.js';
import { ChargeConversionService } from '../instance/charge-conversion.service.js';
import { InstanceResolver, MachineKindResolver } from '../instance/instance.resolver.js';
import { InstanceService } from '../instance/instance.service.js';
import {
  ClusterNodeResolver,
  NodeDetailsResolver,
  NodeRepairResolver,
} from '../node/node-details.resolver.js';
import { NodeRepairStore } from '../node/node-repair.store.js';
import type { NodeStore } from '../node/node.store.js';
import { AttachInstancesService } from './nodes/attach-instances.service.js';
import { PoolChangesMutations } from './pool-changes.mutations.js';
import { PoolDetailsResolver, ScalingGroupResolver } from './pool-details.resolver.js';
import { RemoveNodesService } from './nodes/remove-nodes.service.js';
import { ScalingGroupsReader } from './scaling-groups.reader.js';
import { UpdateNodePoolService } from './update-node-pool.service.js';

/** What the graph has of node pools beyond creating, scaling and deleting them. */
export function poolResolvers(
  platform: Platform,
  {
    catalogue,
    clusters,
    nodes,
  }: { readonly catalogue: ClusterCatalogStore; readonly clusters: ClusterStore; readonly nodes: NodeStore },
): object[] {
  return [
    new PoolDetailsResolver({ catalogue, repairs: new NodeRepairStore(platform.database.prisma) }),
    new ScalingGroupResolver(new ScalingGroupsReader(platform.provider)),
    new PoolChangesMutations({
      updating: new UpdateNodePoolService(platform, catalogue),
      attaching: new AttachInstancesService(platform, catalogue),
      removing: new RemoveNodesService(platform),
    }),
    new MachineKindResolver(),
    new NodeRepairResolver(),
    new NodeDetailsResolver({ catalogue, clusters }),
    new ClusterNodeResolver(nodes),
    new InstanceResolver(new InstanceService(platform), new ChargeConversionService(platform), catalogue),
  ];
}
