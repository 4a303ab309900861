import 'reflect-metadata';
import type { Platform } from '../../engine/platform.js';
import { scopeGuard } from '../../access/field-guard.js';
import { defineSubgraph } from '../../kernel/graph/federation.js';
import { userErrorTypes } from '../../kernel/graph/user-error.type.js';
import type { Subgraph } from '../../kernel/subgraph.js';
import { AccountVerificationResolver } from './account/account-verification.resolver.js';
import { AccountVerificationService } from './account/account-verification.service.js';
import { CatalogueResolver } from './catalog/catalog.resolver.js';
import { ClusterCatalogStore } from './catalog/catalog.store.js';
import { ClusterCheckResolver } from './cluster-check/cluster-check.resolver.js';
import { ClusterCheckService } from './cluster-check/cluster-check.service.js';
import { ClusterCheckStore } from './cluster-check/cluster-check.store.js';
import { ClusterKindResolver } from './cluster-kind/cluster-kind.resolver.js';
import { ComponentCheckService } from './component/component-check.service.js';
import { ComponentLinksResolver } from './component/component-links.resolver.js';
import { ComponentMutations } from './component/component.mutations.js';
import { ClusterComponentsResolver, ComponentResolver } from './component/component.resolver.js';
import { ComponentService } from './component/component.service.js';
import { ComponentStore } from './component/component.store.js';
import {
  ClusterRisksResolver,
  HighRiskFindingResolver,
  HighRiskMutations,
  HighRiskOperationResolver,
} from './high-risk/high-risk.resolver.js';
import { NodeSysctlResolver, NodeSysctlStore } from './high-risk/node-sysctls.js';
import { HighRiskService } from './high-risk/high-risk.service.js';
import { RiskFindingStore } from './high-risk/high-risk.store.js';
import { PauseOperationResolver } from './upgrade/pause-operation.resolver.js';
import { PauseOperationService } from './upgrade/pause-operation.service.js';
import { VerticalScalingMutations } from './vertical-scaling/vertical-scaling.resolver.js';
import { VerticalScalingService } from './vertical-scaling/vertical-scaling.service.js';
import { PublishVersionResolver } from './version/publish-version.resolver.js';
import { PublishVersionService } from './version/publish-version.service.js';
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
import { ClusterControlPlaneResolver, ControlPlaneResolver } from './control-plane/control-plane.resolver.js';
import { ControlPlaneStore } from './control-plane/control-plane.store.js';
import { IncidentStore } from './control-plane/incident.store.js';
import { ClusterResourceStore } from './network/cluster-resources.store.js';
import { NetworkDeletionMutations } from './network/network-deletion.mutations.js';
import { NetworkDeletionService } from './network/network-deletion.service.js';
import { NetworkMutations } from './network/network.mutations.js';
import * as network from './network/network.resolver.js';
import { NetworkService } from './network/network.service.js';
import { NetworkStore } from './network/network.store.js';
import { RetainedResourceResolver } from './network/retained-resource.resolver.js';
import { NodeNetworkResolver } from './network/node-network.resolver.js';
import { MaintenanceWindowService } from './maintenance-window/maintenance-window.service.js';
import { MaintenanceWindowStore } from './maintenance-window/maintenance-window.store.js';
import { NodePoolMutations } from './node-pool/node-pool.mutations.js';
import { NodePoolResolver } from './node-pool/node-pool.resolver.js';
import { NodePoolService } from './node-pool/node-pool.service.js';
import { NodePoolStore } from './node-pool/node-pool.store.js';
import { poolResolvers } from './node-pool/pool-resolvers.js';
import { NodeComponentsResolver } from './node-components/node-components.resolver.js';
import { NodeMetadataReader } from './node/node-metadata.reader.js';
import { NodeMetadataResolver } from './node/node-metadata.resolver.js';
import { NodeResolver } from './node/node.resolver.js';
import { NodeStore } from './node/node.store.js';
import { UpdateNodeService } from './node/update-node.service.js';
import { OperationResolver } from './operation/operation.resolver.js';
import { OperationService } from './operation/operation.service.js';
import { OperationStore } from './operation/operation.store.js';
import { OperationProgressService } from './operation/operation-progress.service.js';
import { ProductGuideResolver } from './catalog/product-guide.resolver.js';
import { ProvisioningEventService } from './watch/provisioning-event.service.js';
import { clusterReferences } from './references.js';
import { ReleaseResolver } from './version/release.resolver.js';
import { clusterSubscriptions, ProvisioningEventResolver } from './watch/subscriptions.js';
import { WatchClustersService } from './watch/watch-clusters.service.js';
import { EdgeAutonomyMutations } from './edge/edge-autonomy.resolver.js';
import { EdgeAutonomyService } from './edge/edge-autonomy.service.js';
import { MigrationMutations } from './migration/migration.resolver.js';
import { MigrationService } from './migration/migration.service.js';
import { ClusterTicketsResolver, SupportTicketResolver } from './support/support-ticket.resolver.js';
import { SupportTicketService } from './support/support-ticket.service.js';
import { SupportTicketStore } from './support/support-ticket.store.js';
import { foreignResourceTypes } from './resource/foreign-resources.type.js';
import { resourceReaders } from './resource/resource-readers.js';
import { ResourceResolver } from './resource/resource.resolver.js';
import { ViewerResolver } from './viewer.resolver.js';

/** Clusters, node pools, nodes and the operations on them: what is there, what is wished for, and what happens. */
export async function createClustersSubgraph(platform: Platform): Promise<Subgraph> {
  const { prisma } = platform.database;
  const catalogue = new ClusterCatalogStore(prisma, platform.events);
  const stores = {
    clusters: new ClusterStore(prisma),
    nodePools: new NodePoolStore(prisma),
    nodes: new NodeStore(prisma),
    operations: new OperationStore(prisma),
    catalogue,
  };
  const checks = new ClusterCheckService(platform, catalogue);
  const networks = new NetworkStore(prisma);
  const incidents = new IncidentStore(prisma);
  const components = new ComponentStore(prisma);
  const clusterChecks = new ClusterCheckStore(prisma);
  const tickets = new SupportTicketStore(prisma);
  const lists = new ClusterListService(stores.clusters, catalogue);
  const kubeconfigs = new KubeconfigService(platform);
  return defineSubgraph({
    name: 'clusters',
    guard: scopeGuard,
    resolvers: [
      new ClusterResolver({ ...stores, lists, kubeconfigs }),
      new RegionResolver(stores.clusters),
      new ClusterMutations(
        new CreateClusterService(platform, catalogue),
        new ClusterService(platform, catalogue, checks),
      ),
      new NodePoolResolver(stores),
      ...poolResolvers(platform, stores),
      new NodePoolMutations(new NodePoolService(platform, catalogue)),
      new NodeResolver(stores),
      new NodeMetadataResolver(new NodeMetadataReader(platform), new UpdateNodeService(platform)),
      new OperationResolver(new OperationService(platform, stores.operations), stores),
      new CatalogueResolver(catalogue),
      new ReleaseResolver(catalogue),
      new PublishVersionResolver(new PublishVersionService(platform, catalogue)),
      new PauseOperationResolver(new PauseOperationService(platform)),
      new ComponentResolver({ components, clusters: stores.clusters }),
      new ClusterComponentsResolver(components),
      new ComponentMutations(new ComponentService(platform), new ComponentCheckService(platform)),
      new ComponentLinksResolver(),
      new VerticalScalingMutations(new VerticalScalingService(platform, catalogue)),
      new HighRiskMutations(new HighRiskService(platform)),
      new HighRiskOperationResolver(),
      new ClusterRisksResolver(new RiskFindingStore(prisma)),
      new HighRiskFindingResolver({ ...stores, networks }),
      new NodeSysctlResolver(new NodeSysctlStore(prisma)),
      new ProductGuideResolver(),
      new MaintenanceWindowResolver(new MaintenanceWindowService(platform)),
      new ClusterWindowResolver(new MaintenanceWindowStore(prisma)),
      new ScheduledForResolver(),
      new ClusterControlPlaneResolver(new ControlPlaneStore(prisma), incidents, platform.clock),
      new ControlPlaneResolver(incidents),
      new network.VpcResolver(networks),
      new network.VSwitchResolver(networks),
      new RetainedResourceResolver(networks),
      new network.SecurityGroupResolver(networks),
      new network.ClusterNetworkPartsResolver(networks),
      new network.ClusterNetworkResolver(networks, new ClusterResourceStore(prisma)),
      new NetworkMutations(new NetworkService(platform, catalogue)),
      new NetworkDeletionMutations(new NetworkDeletionService(platform)),
      new NodeNetworkResolver(networks, catalogue),
      new NodeComponentsResolver({ ...stores, controlPlanes: new ControlPlaneStore(prisma) }, platform),
      new ClusterCheckResolver(checks, clusterChecks),
      new SupportTicketResolver(new SupportTicketService(platform, catalogue), tickets, stores),
      new ClusterTicketsResolver(tickets),
      new ProvisioningEventResolver(stores),
      clusterSubscriptions({
        provisioning: new ProvisioningEventService(platform, stores.clusters),
        progress: new OperationProgressService(platform, stores.operations),
        watch: new WatchClustersService(platform, stores.clusters, lists),
      }),
      new ResourceResolver(resourceReaders(platform)),
      new ViewerResolver(),
      new ClusterKindResolver(),
      new MigrationMutations(new MigrationService(platform, catalogue)),
      new EdgeAutonomyMutations(new EdgeAutonomyService(platform)),
      new AccountVerificationResolver(platform, new AccountVerificationService(platform)),
    ],
    orphanedTypes: [...userErrorTypes, ...foreignResourceTypes],
    references: clusterReferences(stores),
  });
}

export { renewAccess } from './cluster/platform-access.js';
export { clusterReconcilers, clusterSchedules } from './reconcilers.js';
