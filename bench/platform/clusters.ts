import { queryGraph, type GraphEndpoint } from './graph-endpoint.js';

const CREATE = `mutation Create($input: CreateClusterInput!) {
  createCluster(input: $input) { cluster { id } userErrors { code message path } }
}`;

export interface BenchClusterInput {
  readonly name: string;
  readonly regionId: string;
  readonly nodes: number;
}

/** vCPUs of an ecs.g7.xlarge, the instance type of the nodes. */
export const NODE_VCPUS = 4;

/** Creates a Pro cluster with one node pool; returns its id. Throws on user errors. */
export async function createCluster(
  endpoint: GraphEndpoint,
  { name, regionId, nodes }: BenchClusterInput,
): Promise<string> {
  const input = {
    name,
    regionId,
    type: 'MANAGED_KUBERNETES',
    spec: 'PRO',
    nodePools: [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: nodes }],
    clientToken: `bench-${name}`,
  };
  const { createCluster: payload } = await queryGraph<{
    createCluster: { cluster: { id: string } | null; userErrors: unknown[] };
  }>(endpoint, CREATE, { input });
  if (payload.cluster) return payload.cluster.id;
  throw new Error(`createCluster ${name}: ${JSON.stringify(payload.userErrors)}`);
}

/** Number of the account's clusters by state. */
export async function clusterStates(endpoint: GraphEndpoint): Promise<Record<string, number>> {
  const { clusters } = await queryGraph<{ clusters: { nodes: { state: string }[] } }>(
    endpoint,
    '{ clusters(first: 500) { nodes { state } } }',
  );
  const counts: Record<string, number> = {};
  for (const { state } of clusters.nodes) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
