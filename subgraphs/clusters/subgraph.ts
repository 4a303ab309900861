import 'reflect-metadata';
import type { Platform } from '../../engine/platform.js';
import { defineSubgraph } from '../../kernel/graph/federation.js';
import { userErrorTypes } from '../../kernel/graph/user-error.type.js';
import type { Subgraph } from '../../kernel/subgraph.js';
import { CatalogueResolver } from './catalogue/catalogue.resolver.js';
import { CatalogueStore } from './catalogue/catalogue.store.js';
import { ClusterCheckResolver } from './cluster-check/cluster-check.resolver.js';
import { ClusterCheckService } from './cluster-check/cluster-check.service.js';
import { ClusterCheckStore } from './cluster-check/cluster-check.store.js';
import { ClusterListService } from './cluster/cluster-list.service.js';
import { ClusterMutations } from './cluster/cluster.mutations.js';
import { ClusterResolver, RegionResolver } from './cluster/cluster.resolver.js';
import { ClusterService } from './cluster/cluster.service.js';
import { ClusterStore } from './cluster/cluster.store.js';
import { CreateClusterService } from './cluster/create-cluster.service.js';
import { KubeconfigService } from './cluster/kubeconfig.service.js';
import {
  ClusterWindowResolver,
  MaintenanceWindowResolver,
  ScheduledForResolver,
} from './maintenance-window/maintenance-window.resolver.js';
import { MaintenanceWindowService } from './maintenance-window/maintenance-window.service.js';
import { MaintenanceWindowStore } from './maintenance-window/maintenance-window.store.js';
import { NodePoolMutations } from './node-pool/node-pool.mutations.js';
import { NodePoolResolver } from './node-pool/node-pool.resolver.js';
import { NodePoolService } from './node-pool/node-pool.service.js';
import { NodePoolStore } from './node-pool/node-pool.store.js';
import { NodeResolver } from './node/node.resolver.js';
import { NodeStore } from './node/node.store.js';
import { OperationResolver } from './operation/operation.resolver.js';
import { OperationService } from './operation/operation.service.js';
import { OperationStore } from './operation/operation.store.js';
import { OperationProgressService } from './operation/operation-progress.service.js';
import { ProductGuideResolver } from './catalogue/product-guide.resolver.js';
import { ProvisioningEventService } from './watch/provisioning-event.service.js';
import { clusterReferences } from './references.js';
import { ReleaseResolver } from './version/release.resolver.js';
import { clusterSubscriptions, ProvisioningEventResolver } from './watch/subscriptions.js';
import { WatchClustersService } from './watch/watch-clusters.service.js';
import { ViewerResolver } from './viewer.resolver.js';

/** Clusters, node pools, nodes and the operations on them: what is there, what is wished for, and what happens. */
export async function createClustersSubgraph(platform: Platform): Promise<Subgraph> {
  const { prisma } = platform.database;
  const catalogue = new CatalogueStore(prisma);
  const stores = {
    clusters: new ClusterStore(prisma),
    nodePools: new NodePoolStore(prisma),
    nodes: new NodeStore(prisma),
    operations: new OperationStore(prisma),
    catalogue,
  };
  const checks = new ClusterCheckService(platform, catalogue);
  const lists = new ClusterListService(stores.clusters, catalogue);
  const kubeconfigs = new KubeconfigService(platform.provider, platform.log);
  return defineSubgraph({
    name: 'clusters',
    resolvers: [
      new ClusterResolver({ ...stores, lists, kubeconfigs }),
      new RegionResolver(stores.clusters),
      new ClusterMutations(
        new CreateClusterService(platform, catalogue),
        new ClusterService(platform, catalogue, checks),
      ),
      new NodePoolResolver(stores),
      new NodePoolMutations(new NodePoolService(platform, catalogue)),
      new NodeResolver(stores),
      new OperationResolver(new OperationService(platform, stores.operations), stores),
      new CatalogueResolver(catalogue),
      new ReleaseResolver(catalogue),
      new ProductGuideResolver(),
      new MaintenanceWindowResolver(new MaintenanceWindowService(platform)),
      new ClusterWindowResolver(new MaintenanceWindowStore(prisma)),
      new ScheduledForResolver(),
      new ClusterCheckResolver(checks, new ClusterCheckStore(prisma)),
      new ProvisioningEventResolver(stores),
      clusterSubscriptions({
        provisioning: new ProvisioningEventService(platform, stores.clusters),
        progress: new OperationProgressService(platform, stores.operations),
        watch: new WatchClustersService(platform, stores.clusters, lists),
      }),
      new ViewerResolver(),
    ],
    orphanedTypes: userErrorTypes,
    references: clusterReferences(stores),
  });
}

export { clusterReconcilers, clusterSchedules } from './reconcilers.js';
