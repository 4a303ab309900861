import * as documents from '../../kit/documents.js';
import type { Attempt } from './attempt.js';
import type { AccountResources } from './account-resources.js';

type Input = (mine: AccountResources, theirs: AccountResources) => Record<string, unknown>;

/** A mutation whose input combines ids of both accounts. */
const attempt = (field: string, input: Input): Attempt => ({
  field,
  with: (mine, theirs) => ({ input: input(mine, theirs) }),
});

const types = ['ecs.g7.xlarge'];
const cluster = { regionId: 'cn-hangzhou', type: 'MANAGED_KUBERNETES', spec: 'PRO', name: 'intruder' };
const pool = { name: 'intruder', instanceTypes: types, desiredSize: 1 };
const yaml = documents.deploymentYaml('intruder', 1);
const window = { recurrence: 'FREQ=DAILY', startTime: '02:00', durationHours: 4 };
const onPool = { highRiskOperationId: 'node-pool.scaling-group.5' };
const onNode = { highRiskOperationId: 'cluster.worker-node.4' };

/** Ordered so that the owner can run them too: deletions come last. */
export const mutationAttempts: readonly Attempt[] = [
  attempt('runClusterCheck', (_, their) => ({
    clusterId: their.cluster,
    type: 'UPGRADE',
    version: '1.34.1',
  })),
  attempt('openSupportTicket', (_, their) => ({
    clusterId: their.cluster,
    kind: 'QUESTION',
    title: 'intruder',
    text: 'intruder',
  })),
  attempt('closeSupportTicket', (_, their) => ({ id: their.supportTicket })),
  attempt('checkComponents', (_, their) => ({ clusterId: their.cluster })),
  attempt('applyManifest', (_, their) => ({ clusterId: their.cluster, yaml })),
  attempt('applyManifestToClusters', (_, their) => ({ clusterIds: [their.cluster], yaml })),
  attempt('scaleWorkload', (_, their) => ({ workloadId: their.workload, replicas: 0 })),
  attempt('requestQuotaIncrease', (_, their) => ({ quotaId: their.quota, limit: 5_000 })),

  attempt('updateVpc', (_, their) => ({ id: their.vpc, name: 'stolen' })),
  attempt('updateSecurityGroup', (_, their) => ({ id: their.securityGroup, name: 'stolen' })),
  attempt('createVSwitch', (_, their) => ({
    vpcId: their.vpc,
    zoneId: 'cn-hangzhou-b',
    name: 'intruder',
    cidr: '192.168.2.0/24',
  })),
  attempt('createSecurityGroup', (_, their) => ({ vpcId: their.vpc, name: 'intruder' })),

  attempt('createCluster', (_, their) => ({ ...cluster, network: { vpcId: their.vpc } })),
  {
    ...attempt('createCluster', (my, their) => ({
      ...cluster,
      network: { vpcId: my.vpc, vSwitchIds: [their.vSwitch] },
    })),
    code: 'NETWORK_MISMATCH',
  },
  attempt('createCluster', (my, their) => ({
    ...cluster,
    network: { vpcId: my.vpc, securityGroupId: their.securityGroup },
  })),
  attempt('createCluster', (my, their) => ({
    ...cluster,
    network: { vpcId: my.vpc },
    nodePools: [{ ...pool, instanceConfig: { vSwitchIds: [their.vSwitch] } }],
  })),
  attempt('createCluster', (my, their) => ({
    ...cluster,
    network: { vpcId: my.vpc },
    nodePools: [{ ...pool, instanceConfig: { securityGroupId: their.securityGroup } }],
  })),
  attempt('updateCluster', (_, their) => ({ id: their.cluster, name: 'stolen' })),
  attempt('setMaintenanceWindow', (_, their) => ({ clusterId: their.cluster, ...window })),

  attempt('createNodePool', (_, their) => ({ clusterId: their.cluster, ...pool })),
  attempt('createNodePool', (my, their) => ({
    clusterId: my.cluster,
    ...pool,
    instanceConfig: { vSwitchIds: [their.vSwitch] },
  })),
  attempt('createNodePool', (my, their) => ({
    clusterId: my.cluster,
    ...pool,
    instanceConfig: { securityGroupId: their.securityGroup },
  })),
  attempt('updateNodePool', (_, their) => ({ id: their.nodePool, name: 'stolen' })),
  attempt('updateNodePool', (my, their) => ({
    id: my.nodePool,
    instanceConfig: { vSwitchIds: [their.vSwitch] },
  })),
  attempt('updateNodePool', (my, their) => ({
    id: my.nodePool,
    instanceConfig: { securityGroupId: their.securityGroup },
  })),
  attempt('scaleNodePool', (_, their) => ({ nodePoolId: their.nodePool, desiredSize: 2 })),
  attempt('syncNodePool', (_, their) => ({ id: their.nodePool })),
  attempt('setEdgeAutonomy', (_, their) => ({ nodePoolId: their.nodePool, enabled: true })),
  attempt('updateNode', (_, their) => ({
    id: their.node,
    labels: { owner: 'intruder' },
    annotations: { note: 'intruder' },
    taints: [{ key: 'intruder', effect: 'PREFER_NO_SCHEDULE' }],
  })),
  attempt('attachInstances', (my, their) => ({
    nodePoolId: their.nodePool,
    instanceIds: [my.instance],
    mode: 'MANUAL',
  })),
  {
    ...attempt('attachInstances', (my, their) => ({
      nodePoolId: my.nodePool,
      instanceIds: [their.instance],
      mode: 'MANUAL',
    })),
    reportedByOperation: true,
  },
  attempt('convertChargeType', (_, their) => ({ nodeIds: [their.node], chargeType: 'PREPAID' })),

  attempt('installComponent', (_, their) => ({
    clusterId: their.cluster,
    name: 'ack-node-problem-detector',
  })),
  attempt('configureComponent', (_, their) => ({ id: their.component, parameters: {} })),
  attempt('restoreComponent', (_, their) => ({ id: their.component })),
  attempt('upgradeComponent', (_, their) => ({ id: their.component })),
  attempt('uninstallComponent', (_, their) => ({ id: their.component })),

  attempt('performHighRiskOperation', (my, their) => ({
    clusterId: their.cluster,
    nodeId: my.node,
    ...onNode,
    acknowledgeRisk: true,
  })),
  attempt('performHighRiskOperation', (my, their) => ({
    clusterId: my.cluster,
    nodeId: their.node,
    ...onNode,
    acknowledgeRisk: true,
  })),
  attempt('remediateHighRiskOperation', (my, their) => ({
    clusterId: their.cluster,
    nodeId: my.node,
    ...onNode,
  })),
  attempt('remediateHighRiskOperation', (my, their) => ({
    clusterId: my.cluster,
    nodeId: their.node,
    ...onNode,
  })),
  attempt('setNodeSysctls', (_, their) => ({
    nodeId: their.node,
    sysctls: [{ name: 'net.ipv4.ip_forward', value: '1' }],
  })),

  attempt('pauseOperation', (_, their) => ({ id: their.operation })),
  attempt('resumeOperation', (_, their) => ({ id: their.operation })),
  attempt('cancelOperation', (_, their) => ({ id: their.operation })),
  attempt('upgradeCluster', (_, their) => ({ id: their.cluster, version: '1.34.1', timing: 'IMMEDIATE' })),
  attempt('migrateCluster', (_, their) => ({ id: their.cluster })),
  attempt('scaleClusterVertically', (_, their) => ({
    id: their.cluster,
    instanceTypes: types,
    timing: 'IMMEDIATE',
  })),
  attempt('scaleClusterVertically', (my, their) => ({
    id: my.cluster,
    instanceTypes: types,
    timing: 'IMMEDIATE',
    nodePoolIds: [their.nodePool],
  })),

  attempt('updateRole', (_, their) => ({ id: their.role, description: 'intruder' })),
  attempt('grantPermissions', (_, their) => ({
    permissions: [{ principal: { kind: 'USER', name: 'intruder' }, roleId: their.role }],
  })),
  attempt('grantPermissions', (_, their) => ({
    permissions: [
      {
        principal: { kind: 'USER', name: 'intruder' },
        roleId: 'role_auditor',
        scope: { clusterId: their.cluster },
      },
    ],
  })),
  attempt('revokePermissions', (_, their) => ({ permissionIds: [their.permission] })),
  attempt('requestAccess', (_, their) => ({ roleId: their.role, reason: 'intruder', minutes: 5 })),
  attempt('approveAccessRequest', (_, their) => ({ accessRequestId: their.accessRequest })),
  attempt('refuseAccessRequest', (_, their) => ({ accessRequestId: their.accessRequest })),
  attempt('withdrawAccessRequest', (_, their) => ({ accessRequestId: their.accessRequest })),
  attempt('createServiceAccountKey', (_, their) => ({
    serviceAccountId: their.serviceAccount,
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  })),
  attempt('revokeServiceAccountKey', (_, their) => ({ id: their.serviceAccountKey })),
  attempt('deleteServiceAccount', (_, their) => ({ id: their.otherServiceAccount })),
  attempt('deleteRole', (_, their) => ({ id: their.otherRole })),
  attempt('removeNodes', (my, their) => ({ nodePoolId: their.nodePool, nodeIds: [my.otherNode] })),
  attempt('removeNodes', (my, their) => ({ nodePoolId: my.nodePool, nodeIds: [their.node] })),
  attempt('remediateHighRiskOperation', (my, their) => ({
    clusterId: my.cluster,
    nodePoolId: their.nodePool,
    ...onPool,
  })),
  attempt('performHighRiskOperation', (my, their) => ({
    clusterId: my.cluster,
    nodePoolId: their.nodePool,
    ...onPool,
    acknowledgeRisk: true,
  })),
  attempt('releaseInstances', (_, their) => ({ instanceIds: [their.otherInstance] })),
  attempt('deleteNodePool', (_, their) => ({ id: their.nodePool })),
  attempt('deleteVSwitch', (_, their) => ({ id: their.vSwitch })),
  attempt('deleteSecurityGroup', (_, their) => ({ id: their.securityGroup })),
  attempt('deleteVpc', (_, their) => ({ id: their.vpc })),
  attempt('deleteLoadBalancer', (_, their) => ({ id: their.loadBalancer })),
  attempt('deleteEip', (_, their) => ({ id: their.eip })),
  attempt('deleteCluster', (my, their) => ({
    id: my.cluster,
    retainResourceIds: [their.clusterResource],
  })),
  attempt('deleteCluster', (_, their) => ({ id: their.cluster })),
];
