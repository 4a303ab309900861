import { appendEvents } from '../../../engine/events/append-events.js';
import type { NewEvent } from '../../../engine/contract.js';
import { newId } from '../../../kernel/ids.js';
import type { TestDatabase } from '../../kit/database.js';
import { queryGraph, type GraphSession } from '../../kit/cluster-lifecycle.js';
import type { AccountResources } from './account-resources.js';

type Ids = { readonly nodes: readonly { readonly id: string }[] };

/**
 * Ids that `estate` does not contain, by type: objects of the cloud and of Kubernetes, and rows that appear only over time or
 * after faults.
 */
export async function furtherIds(
  kit: TestDatabase,
  session: GraphSession,
  estate: AccountResources,
): Promise<Readonly<Record<string, string>>> {
  const { nodePool, workload } = await queryGraph<{
    nodePool: { scalingGroup: { id: string } };
    workload: { pods: Ids };
  }>(
    session,
    `query ($nodePool: ID!, $workload: ID!) { nodePool(id: $nodePool) { scalingGroup { id } }
      workload(id: $workload) { pods { nodes { id } } } }`,
    { nodePool: estate.nodePool, workload: estate.workload },
  );
  return {
    Instance: estate.instance,
    ScalingGroup: nodePool.scalingGroup.id,
    Pod: workload.pods.nodes[0]?.id ?? '',
    ...(await insertRows(kit, session.account, estate)),
    ...(await eventIds(kit, session, estate)),
  };
}

async function insertRows({ database: { prisma } }: TestDatabase, account: string, estate: AccountResources) {
  const at = new Date();
  const ids = {
    NodeRepair: newId('nodeRepair'),
    ControlPlaneIncident: newId('incident'),
    RetainedResource: newId('cloudResource'),
  };
  const of = { account, clusterId: estate.cluster };
  await prisma.nodeRepair.create({
    data: {
      ...of,
      id: ids.NodeRepair,
      nodePoolId: estate.nodePool,
      nodeId: estate.node,
      nodeName: 'n',
      state: 'SUCCEEDED',
      message: 'It was restarted.',
      startedAt: at,
    },
  });
  await prisma.controlPlaneIncident.create({
    data: { ...of, id: ids.ControlPlaneIncident, kind: 'DEGRADED', cause: 'etcd-1', startedAt: at },
  });
  await prisma.cloudResource.create({
    data: { ...of, id: ids.RetainedResource, type: 'EIP', name: 'eip', retained: true, createdAt: at },
  });
  return ids;
}

const EVENTS: Readonly<Record<string, Pick<NewEvent, 'category' | 'type'> & { readonly data?: object }>> = {
  ProvisioningEvent: { category: 'PROVISIONING', type: 'CLUSTER_AVAILABLE' },
  ScalingEvent: { category: 'SCALING', type: 'NODE_POOL_SCALED', data: { fromSize: 1, toSize: 2 } },
  WorkloadEvent: { category: 'WORKLOAD', type: 'MANIFEST_APPLIED' },
  QuotaEvent: { category: 'QUOTA', type: 'QUOTA_RAISED', data: { resource: 'payg-vcpu' } },
  AccessEvent: { category: 'ACCESS', type: 'KUBECONFIG_ISSUED', data: { subject: 'ann' } },
  KubernetesEvent: { category: 'KUBERNETES', type: 'KUBERNETES_EVENT' },
};

async function eventIds(
  { database: { prisma } }: TestDatabase,
  session: GraphSession,
  { cluster }: AccountResources,
) {
  const entries = Object.entries(EVENTS);
  const events = entries.map(([name, event]) => ({
    ...event,
    reason: name,
    message: name,
    clusterId: cluster,
  })) as NewEvent[];
  const logged = await prisma.$transaction((tx) => appendEvents(tx, session.account, new Date(), events));
  return Object.fromEntries(entries.map(([name], index) => [name, logged[index]?.id ?? '']));
}
