import 'reflect-metadata';
import type { Platform } from '../../engine/platform.js';
import { defineSubgraph } from '../../kernel/graph/federation.js';
import { userErrorTypes } from '../../kernel/graph/user-error.type.js';
import type { Subgraph } from '../../kernel/subgraph.js';
import { CatalogueResolver } from './catalogue.resolver.js';
import { CatalogueStore } from './catalogue.store.js';
import { ClusterCheckResolver } from './cluster-check.resolver.js';
import { ClusterCheckService } from './cluster-check.service.js';
import { ClusterCheckStore } from './cluster-check.store.js';
import { ClusterListService } from './cluster-list.service.js';
import { ClusterMutations } from './cluster.mutations.js';
import { ClusterResolver, RegionResolver } from './cluster.resolver.js';
import { ClusterService } from './cluster.service.js';
import { ClusterStore } from './cluster.store.js';
import { CreateClusterService } from './create-cluster.service.js';
import { KubeconfigService } from './kubeconfig.service.js';
import {
  ClusterWindowResolver,
  MaintenanceWindowResolver,
  ScheduledForResolver,
} from './maintenance-window.resolver.js';
import { MaintenanceWindowService } from './maintenance-window.service.js';
import { MaintenanceWindowStore } from './maintenance-window.store.js';
import { NodePoolMutations } from './node-pool.mutations.js';
import { NodePoolResolver } from './node-pool.resolver.js';
import { NodePoolService } from './node-pool.service.js';
import { NodePoolStore } from './node-pool.store.js';
import { NodeResolver } from './node.resolver.js';
import { NodeStore } from './node.store.js';
import { OperationResolver } from './operation.resolver.js';
import { OperationService } from './operation.service.js';
import { OperationStore } from './operation.store.js';
import { OperationProgressService } from './operation-progress.service.js';
import { ProductGuideResolver } from './product-guide.resolver.js';
import { ProvisioningEventService } from './provisioning-event.service.js';
import { clusterReferences } from './references.js';
import { ReleaseResolver } from './release.resolver.js';
import { clusterSubscriptions, ProvisioningEventResolver } from './subscriptions.js';
import { WatchClustersService } from './watch-clusters.service.js';
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
