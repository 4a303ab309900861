import 'reflect-metadata';
import { AuditLog } from '../../access/audit/audit-log.js';
import type { Platform } from '../../engine/platform.js';
import { scopeGuard } from '../runtime/schema/scope-guard.js';
import { defineSubgraph } from '../runtime/schema/define-subgraph.js';
import { userErrorTypes } from '../runtime/graph/user-error.type.js';
import type { Subgraph } from '../runtime/subgraph.js';
import { clustersAccess } from './access.js';
import { AccountVerificationResolver } from './api/account/account-verification.resolver.js';
import { AccountVerificationService } from './api/account/account-verification.service.js';
import { CatalogResolver } from './api/catalog/catalog.resolver.js';
import { ClusterCatalogStore } from './store/catalog.store.js';
import { ClusterCheckResolver } from './api/cluster-check/cluster-check.resolver.js';
import { ClusterCheckService } from './api/cluster-check/cluster-check.service.js';
import { ClusterCheckStore } from './store/cluster-check.store.js';
import { ClusterKindResolver } from './api/cluster-kind/cluster-kind.resolver.js';
import { ComponentCheckService } from './api/component/component-check.service.js';
import { ComponentLinksResolver } from './api/component/component-links.resolver.js';
import { ComponentMutations } from './api/component/component.mutations.js';
import { ClusterComponentsResolver, ComponentResolver } from './api/component/component.resolver.js';
import { ComponentService } from './api/component/component.service.js';
import { ComponentStore } from './store/component.store.js';
import {
  ClusterRisksResolver,
  HighRiskFindingResolver,
  HighRiskMutations,
  HighRiskOperationResolver,
} from './api/high-risk/high-risk.resolver.js';
import { NodeSysctlResolver } from './api/high-risk/node-sysctls.resolver.js';
import { NodeSysctlStore } from './store/node-sysctl.store.js';
import { HighRiskService } from './api/high-risk/high-risk.service.js';
import { RiskFindingStore } from './store/high-risk.store.js';
import { PauseOperationResolver } from './api/operation/pause-operation.resolver.js';
import { PauseOperationService } from './api/operation/pause-operation.service.js';
import { VerticalScalingMutations } from './api/vertical-scaling/vertical-scaling.resolver.js';
import { VerticalScalingService } from './api/vertical-scaling/vertical-scaling.service.js';
import { PublishVersionResolver } from './api/version/publish-version.resolver.js';
import { PublishVersionService } from './api/version/publish-version.service.js';
import { ClusterListService } from './api/cluster/cluster-list.service.js';
import { ClusterMutations } from './api/cluster/cluster.mutations.js';
import { ClusterResolver, RegionResolver } from './api/cluster/cluster.resolver.js';
import { ClusterService } from './api/cluster/cluster.service.js';
import { ClusterStore } from './store/cluster.store.js';
import { CreateClusterService } from './api/cluster/create-cluster.service.js';
import { KubeconfigService } from './api/cluster/kubeconfig.service.js';
import {
  ClusterWindowResolver,
  MaintenanceWindowResolver,
  ScheduledForResolver,
} from './api/maintenance-window/maintenance-window.resolver.js';
import {
  ClusterControlPlaneResolver,
  ControlPlaneResolver,
} from './api/control-plane/control-plane.resolver.js';
import { ControlPlaneStore } from './store/control-plane.store.js';
import { IncidentStore } from './store/incident.store.js';
import { ClusterResourceStore } from './store/cluster-resources.store.js';
import { NetworkDeletionMutations } from './api/network/network-deletion.mutations.js';
import { NetworkDeletionService } from './api/network/network-deletion.service.js';
import { NetworkMutations } from './api/network/network.mutations.js';
import * as network from './api/network/network.resolver.js';
import { NetworkService } from './api/network/network.service.js';
import { NetworkStore } from './store/network.store.js';
import { RetainedResourceResolver } from './api/network/retained-resource.resolver.js';
import { NodeNetworkResolver } from './api/network/node-network.resolver.js';
import { MaintenanceWindowService } from './api/maintenance-window/maintenance-window.service.js';
import { MaintenanceWindowStore } from './store/maintenance-window.store.js';
import { NodePoolMutations } from './api/node-pool/node-pool.mutations.js';
import { NodePoolResolver } from './api/node-pool/node-pool.resolver.js';
import { NodePoolService } from './api/node-pool/node-pool.service.js';
import { NodePoolStore } from './store/node-pool.store.js';
import { poolResolvers } from './pool-resolvers.js';
import { NodeComponentsResolver } from './api/node-components/node-components.resolver.js';
import { NodeMetadataReader } from './inspection/node-metadata.reader.js';
import { NodeMetadataResolver } from './api/node/node-metadata.resolver.js';
import { NodeResolver } from './api/node/node.resolver.js';
import { NodeStore } from './store/node.store.js';
import { UpdateNodeService } from './api/node/update-node.service.js';
import { OperationResolver } from './api/operation/operation.resolver.js';
import { OperationService } from './api/operation/operation.service.js';
import { OperationStore } from './store/operation.store.js';
import { OperationProgressService } from './api/watch/operation-progress.service.js';
import { ProductGuideResolver } from './api/catalog/product-guide.resolver.js';
import { ProvisioningEventService } from './api/watch/provisioning-event.service.js';
import { clusterReferences } from './references.js';
import { ReleaseResolver } from './api/version/release.resolver.js';
import { clusterSubscriptions, ProvisioningEventResolver } from './api/watch/subscriptions.js';
import { WatchClustersService } from './api/watch/watch-clusters.service.js';
import { EdgeAutonomyMutations } from './api/edge-autonomy/edge-autonomy.resolver.js';
import { EdgeAutonomyService } from './api/edge-autonomy/edge-autonomy.service.js';
import { MigrationMutations } from './api/migration/migration.resolver.js';
import { MigrationService } from './api/migration/migration.service.js';
import { ClusterTicketsResolver, SupportTicketResolver } from './api/support/support-ticket.resolver.js';
import { SupportTicketService } from './api/support/support-ticket.service.js';
import { SupportTicketStore } from './store/support-ticket.store.js';
import { foreignResourceTypes } from './api/resource/foreign-resources.type.js';
import { resourceReaders } from './api/resource/resource-readers.js';
import { ResourceResolver } from './api/resource/resource.resolver.js';
import { ViewerResolver } from './api/account/viewer.resolver.js';

/** Clusters, node pools, nodes and the operations on them. */
export async function createClustersSubgraph(platform: Platform): Promise<Subgraph> {
  const { prisma } = platform.database;
  const catalog = new ClusterCatalogStore(prisma, platform.events);
  const stores = {
    clusters: new ClusterStore(prisma),
    nodePools: new NodePoolStore(prisma),
    nodes: new NodeStore(prisma),
    operations: new OperationStore(prisma),
    catalog,
  };
  const networks = new NetworkStore(prisma);
  const incidents = new IncidentStore(prisma);
  const components = new ComponentStore(prisma);
  const clusterChecks = new ClusterCheckStore(prisma);
  const tickets = new SupportTicketStore(prisma);
  const lists = new ClusterListService(stores.clusters, catalog);
  const kubeconfigs = new KubeconfigService(platform);
  return defineSubgraph({
    name: 'clusters',
    guard: scopeGuard,
    access: { rules: clustersAccess, dependencies: platform },
    audit: new AuditLog(platform),
    resolvers: [
      new ClusterResolver({ ...stores, lists, kubeconfigs }),
      new RegionResolver(stores.clusters),
      new ClusterMutations(
        new CreateClusterService(platform, catalog),
        new ClusterService(platform, catalog),
      ),
      new NodePoolResolver(stores),
      ...poolResolvers(platform, stores),
      new NodePoolMutations(new NodePoolService(platform, catalog)),
      new NodeResolver(stores),
      new NodeMetadataResolver(new NodeMetadataReader(platform), new UpdateNodeService(platform)),
      new OperationResolver(new OperationService(platform, stores.operations), stores),
      new CatalogResolver(catalog),
      new ReleaseResolver(catalog),
      new PublishVersionResolver(new PublishVersionService(platform, catalog)),
      new PauseOperationResolver(new PauseOperationService(platform)),
      new ComponentResolver({ components, clusters: stores.clusters }),
      new ClusterComponentsResolver(components),
      new ComponentMutations(new ComponentService(platform), new ComponentCheckService(platform)),
      new ComponentLinksResolver(),
      new VerticalScalingMutations(new VerticalScalingService(platform, catalog)),
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
      new NetworkMutations(new NetworkService(platform, catalog)),
      new NetworkDeletionMutations(new NetworkDeletionService(platform)),
      new NodeNetworkResolver(networks, catalog),
      new NodeComponentsResolver({ ...stores, controlPlanes: new ControlPlaneStore(prisma) }, platform),
      new ClusterCheckResolver(new ClusterCheckService(platform, catalog), clusterChecks),
      new SupportTicketResolver(new SupportTicketService(platform, catalog), tickets, stores),
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
      new MigrationMutations(new MigrationService(platform, catalog)),
      new EdgeAutonomyMutations(new EdgeAutonomyService(platform)),
      new AccountVerificationResolver(platform, new AccountVerificationService(platform)),
    ],
    orphanedTypes: [...userErrorTypes, ...foreignResourceTypes],
    references: clusterReferences(stores),
  });
}
