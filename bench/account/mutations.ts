import { queryGraph, type GraphEndpoint, until } from '../platform/graph-endpoint.js';

/** Seconds until the benchmark fails. */
const DEADLINE = 600;

const CREATE = `mutation Create($input: CreateClusterInput!) { payload: createCluster(input: $input) {
  cluster { id nodePools(first: 1) { nodes { id } } } operation { id } userErrors { code ...on QuotaExceededError { resource } } } }`;

const SCALE = `mutation Scale($input: ScaleNodePoolInput!) { payload: scaleNodePool(input: $input) {
  operation { id } userErrors { code message } } }`;

const OPERATION = `query Operation($id: ID!) { operation(id: $id) {
  state result { requested created failed failures { code message } } } }`;

interface UserError {
  readonly code: string;
  readonly resource?: string;
}

/** Result of a request for a cluster. */
export interface ClusterRequestResult {
  readonly clusterId: string | undefined;
  readonly nodePoolId: string | undefined;
  readonly operationId: string | undefined;
  /** The resource whose quota the cluster exceeded. */
  readonly exceededQuota: string | undefined;
}

/** Creates a Pro cluster; the result says whether a quota was exceeded. */
export async function requestCluster(
  endpoint: GraphEndpoint,
  { name, nodes, regionId }: { readonly name: string; readonly nodes: number; readonly regionId: string },
): Promise<ClusterRequestResult> {
  const nodePools = [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: nodes }];
  const input = { name, regionId, type: 'MANAGED_KUBERNETES', spec: 'PRO', nodePools };
  const { payload } = await queryGraph<{
    payload: {
      cluster: { id: string; nodePools: { nodes: { id: string }[] } } | null;
      operation: { id: string } | null;
      userErrors: UserError[];
    };
  }>(endpoint, CREATE, { input });
  const [error] = payload.userErrors;
  if (error && error.code !== 'QUOTA_EXCEEDED') throw new Error(JSON.stringify(payload.userErrors));
  return {
    clusterId: payload.cluster?.id,
    nodePoolId: payload.cluster?.nodePools.nodes[0]?.id,
    operationId: payload.operation?.id,
    exceededQuota: error?.resource,
  };
}

/** Scales a pool; returns the operation's id. Throws on user errors. */
export async function scale(
  endpoint: GraphEndpoint,
  nodePoolId: string,
  desiredSize: number,
): Promise<string> {
  const { payload } = await queryGraph<{
    payload: { operation: { id: string } | null; userErrors: UserError[] };
  }>(endpoint, SCALE, { input: { nodePoolId, desiredSize } });
  if (payload.operation) return payload.operation.id;
  throw new Error(JSON.stringify(payload.userErrors));
}

export interface FinishedOperation {
  readonly state: string;
  readonly created: number;
  readonly failed: number;
  /** Message of the first failure. */
  readonly why: string | undefined;
}

/** Waits until an operation has finished. */
export async function waitForOperation(endpoint: GraphEndpoint, id: string): Promise<FinishedOperation> {
  let finished: FinishedOperation | undefined;
  await until(`the end of ${id}`, DEADLINE, async () => {
    const { operation } = await queryGraph<{
      operation: {
        state: string;
        result: { created: number; failed: number; failures: { message: string }[] } | null;
      };
    }>(endpoint, OPERATION, { id });
    const { state, result } = operation;
    if (!['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED'].includes(state)) return false;
    const { created = 0, failed = 0, failures = [] } = result ?? {};
    finished = { state, created, failed, why: failures[0]?.message };
    return true;
  });
  if (!finished) throw new Error(`${id} has not finished`);
  return finished;
}
