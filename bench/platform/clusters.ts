import { ask, type Seat } from './graph.js';

const CREATE = `mutation Create($input: CreateClusterInput!) {
  createCluster(input: $input) { cluster { id } userErrors { code message path } }
}`;

export interface ClusterWish {
  readonly name: string;
  readonly regionId: string;
  readonly nodes: number;
}

/** vCPUs of one node of the clusters asked for here. */
export const NODE_VCPUS = 4;

/** Asks for a Pro cluster with one node pool; answers its id. Throws on user errors. */
export async function createCluster(seat: Seat, { name, regionId, nodes }: ClusterWish): Promise<string> {
  const input = {
    name,
    regionId,
    type: 'MANAGED_KUBERNETES',
    spec: 'PRO',
    nodePools: [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: nodes }],
    clientToken: `bench-${name}`,
  };
  const { createCluster: payload } = await ask<{
    createCluster: { cluster: { id: string } | null; userErrors: unknown[] };
  }>(seat, CREATE, { input });
  if (payload.cluster) return payload.cluster.id;
  throw new Error(`createCluster ${name}: ${JSON.stringify(payload.userErrors)}`);
}

/** How many clusters the account has in each state. */
export async function clusterStates(seat: Seat): Promise<Record<string, number>> {
  const { clusters } = await ask<{ clusters: { nodes: { state: string }[] } }>(
    seat,
    '{ clusters(first: 500) { nodes { state } } }',
  );
  const counts: Record<string, number> = {};
  for (const { state } of clusters.nodes) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
