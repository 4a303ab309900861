import { ask, type Seat, until } from '../platform/graph.js';

/** Seconds until what was asked for is given up. */
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

/** What became of a wish for a cluster. */
export interface Wished {
  readonly clusterId: string | undefined;
  readonly nodePoolId: string | undefined;
  readonly operationId: string | undefined;
  /** The resource whose quota refused it. */
  readonly refusedBy: string | undefined;
}

/** Asks for a Pro cluster; a quota may refuse it. */
export async function wishCluster(
  seat: Seat,
  { name, nodes, regionId }: { readonly name: string; readonly nodes: number; readonly regionId: string },
): Promise<Wished> {
  const nodePools = [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: nodes }];
  const input = { name, regionId, type: 'MANAGED_KUBERNETES', spec: 'PRO', nodePools };
  const { payload } = await ask<{
    payload: {
      cluster: { id: string; nodePools: { nodes: { id: string }[] } } | null;
      operation: { id: string } | null;
      userErrors: UserError[];
    };
  }>(seat, CREATE, { input });
  const [error] = payload.userErrors;
  if (error && error.code !== 'QUOTA_EXCEEDED') throw new Error(JSON.stringify(payload.userErrors));
  return {
    clusterId: payload.cluster?.id,
    nodePoolId: payload.cluster?.nodePools.nodes[0]?.id,
    operationId: payload.operation?.id,
    refusedBy: error?.resource,
  };
}

/** Scales a pool; answers the operation's id. Throws on user errors. */
export async function scale(seat: Seat, nodePoolId: string, desiredSize: number): Promise<string> {
  const { payload } = await ask<{ payload: { operation: { id: string } | null; userErrors: UserError[] } }>(
    seat,
    SCALE,
    { input: { nodePoolId, desiredSize } },
  );
  if (payload.operation) return payload.operation.id;
  throw new Error(JSON.stringify(payload.userErrors));
}

export interface Ended {
  readonly state: string;
  readonly created: number;
  readonly failed: number;
  /** Why the first node that is missing is missing. */
  readonly why: string | undefined;
}

/** Waits until an operation has ended. */
export async function operationEnd(seat: Seat, id: string): Promise<Ended> {
  let ended: Ended | undefined;
  await until(`the end of ${id}`, DEADLINE, async () => {
    const { operation } = await ask<{
      operation: {
        state: string;
        result: { created: number; failed: number; failures: { message: string }[] } | null;
      };
    }>(seat, OPERATION, { id });
    const { state, result } = operation;
    if (!['SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELED'].includes(state)) return false;
    const { created = 0, failed = 0, failures = [] } = result ?? {};
    ended = { state, created, failed, why: failures[0]?.message };
    return true;
  });
  if (!ended) throw new Error(`${id} has not ended`);
  return ended;
}
