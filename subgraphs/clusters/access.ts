import type {
  AccessRules,
  ArgumentAccess,
  ObjectAccess,
  ObjectReference,
  Place,
  VerbName,
} from '../runtime/access/access-rules.js';
import type { RetainedResource } from './api/network/retained-resource.type.js';
import type { ClusterRow } from './store/cluster.store.js';

interface InCluster {
  readonly clusterId: string | null;
}

/** In the cluster; what has none belongs to the account. */
function inCluster({ clusterId }: InCluster): ObjectReference | Record<string, never> {
  return clusterId === null ? {} : { kind: 'CLUSTER', id: clusterId };
}

function placeOfCluster({ id, regionId, labels }: ClusterRow): Place {
  return { cluster: { id, regionId, labels: labels as Readonly<Record<string, string>> } };
}

function ofCluster(verb: VerbName): ObjectAccess {
  return { verb, place: inCluster };
}

function inVpc({ vpcId }: { readonly vpcId: string }): ObjectReference {
  return { kind: 'VPC', id: vpcId };
}

function inRegion({ regionId }: { readonly regionId: string }): { readonly regionId: string } {
  return { regionId };
}

const poolNetwork: ArgumentAccess['uses'] = {
  VSWITCH: ['input.instanceConfig.vSwitchIds'],
  SECURITY_GROUP: ['input.instanceConfig.securityGroupId'],
};

/** What a caller needs for clusters and what belongs to them. */
export const clustersAccess: AccessRules = {
  queries: {
    cluster: 'clusters.read',
    clusterCheck: 'clusterChecks.read',
    clusterKinds: 'open',
    clusters: 'clusters.read',
    component: 'components.read',
    componentDefinitions: 'open',
    highRiskOperations: 'open',
    instances: 'instances.read',
    instanceTypes: 'open',
    kubernetesVersions: 'open',
    // Each object by the verb of its type.
    node: 'open',
    nodeImages: 'open',
    nodePool: 'nodePools.read',
    nodes: 'open',
    openSourceProjects: 'open',
    operation: 'operations.read',
    operations: 'operations.read',
    retainedResources: 'retainedResources.read',
    supportTicket: 'supportTickets.read',
    viewer: 'open',
    vpc: 'vpcs.read',
    vpcs: 'vpcs.read',
  },
  mutations: {
    attachInstances: { verb: 'nodes.attach', on: { NODE_POOL: 'input.nodePoolId' } },
    cancelOperation: { verb: 'operations.cancel', on: { OPERATION: 'input.id' } },
    checkComponents: { verb: 'components.check', on: { CLUSTER: 'input.clusterId' } },
    closeSupportTicket: { verb: 'supportTickets.close', on: { SUPPORT_TICKET: 'input.id' } },
    configureComponent: { verb: 'components.configure', on: { COMPONENT: 'input.id' } },
    convertChargeType: { verb: 'instances.convert', on: { NODE: 'input.nodeIds' } },
    createCluster: {
      verb: 'clusters.create',
      on: { NEW_CLUSTER: 'input' },
      uses: {
        VPC: ['input.network.vpcId'],
        VSWITCH: ['input.network.vSwitchIds', 'input.nodePools.instanceConfig.vSwitchIds'],
        SECURITY_GROUP: ['input.network.securityGroupId', 'input.nodePools.instanceConfig.securityGroupId'],
      },
    },
    createNodePool: { verb: 'nodePools.create', on: { CLUSTER: 'input.clusterId' }, uses: poolNetwork },
    createSecurityGroup: { verb: 'securityGroups.create', on: { VPC: 'input.vpcId' } },
    createVpc: { verb: 'vpcs.create', on: { REGION: 'input.regionId' } },
    createVSwitch: { verb: 'vSwitches.create', on: { VPC: 'input.vpcId' } },
    deleteCluster: { verb: 'clusters.delete', on: { CLUSTER: 'input.id' } },
    deleteEip: { verb: 'eips.delete', on: { EIP: 'input.id' } },
    deleteLoadBalancer: { verb: 'loadBalancers.delete', on: { LOAD_BALANCER: 'input.id' } },
    deleteNodePool: { verb: 'nodePools.delete', on: { NODE_POOL: 'input.id' } },
    deleteSecurityGroup: { verb: 'securityGroups.delete', on: { SECURITY_GROUP: 'input.id' } },
    deleteVpc: { verb: 'vpcs.delete', on: { VPC: 'input.id' } },
    deleteVSwitch: { verb: 'vSwitches.delete', on: { VSWITCH: 'input.id' } },
    installComponent: { verb: 'components.install', on: { CLUSTER: 'input.clusterId' } },
    migrateCluster: { verb: 'clusters.migrate', on: { CLUSTER: 'input.id' } },
    openSupportTicket: { verb: 'supportTickets.open', on: { CLUSTER: 'input.clusterId' } },
    pauseOperation: { verb: 'operations.pause', on: { OPERATION: 'input.id' } },
    performHighRiskOperation: { verb: 'highRiskOperations.perform', on: { CLUSTER: 'input.clusterId' } },
    publishKubernetesVersion: 'kubernetesVersions.publish',
    releaseInstances: 'instances.release',
    remediateHighRiskOperation: { verb: 'highRiskOperations.remediate', on: { CLUSTER: 'input.clusterId' } },
    removeNodes: { verb: 'nodes.remove', on: { NODE_POOL: 'input.nodePoolId' } },
    restoreComponent: { verb: 'components.restore', on: { COMPONENT: 'input.id' } },
    resumeOperation: { verb: 'operations.resume', on: { OPERATION: 'input.id' } },
    runClusterCheck: { verb: 'clusterChecks.run', on: { CLUSTER: 'input.clusterId' } },
    scaleClusterVertically: { verb: 'clusters.scale', on: { CLUSTER: 'input.id' } },
    scaleNodePool: { verb: 'nodePools.scale', on: { NODE_POOL: 'input.nodePoolId' } },
    setEdgeAutonomy: { verb: 'nodePools.update', on: { NODE_POOL: 'input.nodePoolId' } },
    setMaintenanceWindow: { verb: 'maintenanceWindows.update', on: { CLUSTER: 'input.clusterId' } },
    setNodeSysctls: { verb: 'nodes.update', on: { NODE: 'input.nodeId' } },
    syncNodePool: { verb: 'nodePools.update', on: { NODE_POOL: 'input.id' } },
    uninstallComponent: { verb: 'components.uninstall', on: { COMPONENT: 'input.id' } },
    updateCluster: { verb: 'clusters.update', on: { CLUSTER: 'input.id' } },
    updateNode: { verb: 'nodes.update', on: { NODE: 'input.id' } },
    updateNodePool: { verb: 'nodePools.update', on: { NODE_POOL: 'input.id' }, uses: poolNetwork },
    updateSecurityGroup: { verb: 'securityGroups.update', on: { SECURITY_GROUP: 'input.id' } },
    updateVpc: { verb: 'vpcs.update', on: { VPC: 'input.id' } },
    upgradeCluster: { verb: 'clusters.upgrade', on: { CLUSTER: 'input.id' } },
    upgradeComponent: { verb: 'components.upgrade', on: { COMPONENT: 'input.id' } },
    verifyAccount: 'accounts.verify',
  },
  subscriptions: {
    operationProgress: { verb: 'operations.read', on: { OPERATION: 'id' } },
    provisioningEvents: { verb: 'events.read', on: { CLUSTER: 'clusterId' } },
    watchClusters: 'clusters.read',
  },
  objects: {
    Cluster: {
      verb: 'clusters.read',
      place: placeOfCluster,
    },
    ClusterChange: {
      verb: 'clusters.read',
      place: ({ cluster }: { readonly cluster: ClusterRow | null }) =>
        cluster ? placeOfCluster(cluster) : 'open',
    },
    ClusterCheck: ofCluster('clusterChecks.read'),
    Component: ofCluster('components.read'),
    ControlPlaneIncident: ofCluster('clusters.read'),
    Instance: { verb: 'instances.read', place: inRegion },
    Node: ofCluster('nodes.read'),
    NodePool: ofCluster('nodePools.read'),
    NodeRepair: ofCluster('nodes.read'),
    Operation: ofCluster('operations.read'),
    ProvisioningEvent: ofCluster('events.read'),
    // Of other subgraphs, which `Query.node` finds here.
    AccessEvent: ofCluster('events.read'),
    KubernetesEvent: ofCluster('events.read'),
    QuotaEvent: ofCluster('events.read'),
    ScalingEvent: ofCluster('events.read'),
    WorkloadEvent: ofCluster('events.read'),
    RetainedResource: {
      verb: 'retainedResources.read',
      place: ({ formerClusterId: id }: RetainedResource) => ({ kind: 'CLUSTER', id }),
    },
    ScalingGroup: {
      verb: 'nodePools.read',
      place: ({ pool }: { readonly pool: InCluster }) => inCluster(pool),
    },
    SecurityGroup: { verb: 'securityGroups.read', place: inVpc },
    SupportTicket: ofCluster('supportTickets.read'),
    Vpc: { verb: 'vpcs.read', place: inRegion },
    VSwitch: { verb: 'vSwitches.read', place: inVpc },
  },
  edges: {
    'Cluster.components': 'components.read',
    'Cluster.highRiskFindings': 'clusters.read',
    'Cluster.kubeconfig': 'kubeconfigs.issue',
    'Cluster.nodePools': 'nodePools.read',
    'Cluster.nodes': 'nodes.read',
    'Cluster.operations': 'operations.read',
    'Cluster.resources': 'clusters.read',
    'Cluster.supportTickets': 'supportTickets.read',
    'NodePool.nodeRepairs': 'nodes.read',
    'NodePool.nodes': 'nodes.read',
    'Region.clusters': 'open',
  },
};
