import { expect } from 'vitest';
import { enqueue } from '../../../engine/jobs/queue.js';
import type { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { eventually } from '../../kit/eventually.js';
import { openGraphWithEngine } from '../graph-with-engine.js';
import { runningCluster } from '../upgrade/upgrade-kit.js';

export interface UserError {
  readonly code: string;
  readonly message: string;
  readonly path: string[];
}

export interface Payload {
  readonly payload: { readonly cluster: { readonly id: string } | null; readonly userErrors: UserError[] };
}

/** Input of a high-risk operation: its id and its target. */
export interface Target {
  readonly clusterId: string;
  readonly operation: string;
  readonly nodeId?: string;
  readonly nodePoolId?: string;
  readonly service?: string;
  readonly volumeClaim?: string;
  readonly acknowledgeRisk?: boolean;
}

interface View {
  readonly state: string;
  readonly conditions: { type: string; status: string }[];
  readonly highRiskFindings: {
    operation: { id: string; impact: string };
    node: { id: string } | null;
    nodePool: { id: string } | null;
    service: string | null;
    volumeClaim: string | null;
    since: string;
  }[];
}

const VIEW = `query ($id: ID!) { cluster(id: $id) { state conditions { type status }
  highRiskFindings { since: occurredAt service volumeClaim operation: highRiskOperation { id impact recovery } node { id name } nodePool { id } } } }`;

/** Starts a platform with an engine and a running cluster of two nodes, and returns functions to test high-risk operations. */
export async function openHighRisk() {
  const setup = await openGraphWithEngine({ speed: 500 });
  const { world, ask } = setup;
  const { clusterId, client }: { clusterId: string; client: KubernetesClient } = await runningCluster(
    world,
    '1.34.3',
    2,
  );
  const change = async (mutation: 'perform' | 'remediate', { operation, ...target }: Target) => {
    const type = mutation === 'perform' ? 'PerformHighRiskOperationInput' : 'RemediateHighRiskOperationInput';
    const input = { highRiskOperationId: operation, ...target };
    const query = `mutation ($input: ${type}!) {
      payload: ${mutation}HighRiskOperation(input: $input) { cluster { id } userErrors { code message path } } }`;
    return (await ask<Payload>(query, { input })).payload;
  };
  const view = async (id: string) => (await ask<{ cluster: View }>(VIEW, { id })).cluster;
  return {
    world,
    ask,
    clusterId,
    client,
    change,
    view,
    /** Performs or remediates the operation and expects no user error. */
    async done(mutation: 'perform' | 'remediate', input: Target): Promise<void> {
      expect((await change(mutation, input)).userErrors).toEqual([]);
    },
    /** Ids of the detected high-risk operations. */
    async findings(id: string) {
      return (await view(id)).highRiskFindings.map(({ operation }) => operation.id);
    },
    workers: (id: string) =>
      world.prisma.node.findMany({
        where: { clusterId: id, role: 'WORKER', state: 'running' },
        orderBy: { id: 'asc' },
      }),
    /** Waits until the engine, which otherwise asks each minute, has read that status: a node controller takes 50 simulated seconds. */
    nodeBecomes: (nodeId: string, status: 'Ready' | 'NotReady') =>
      eventually(
        async () => {
          await enqueue(world.prisma, 'node', nodeId);
          return (await world.prisma.node.findUnique({ where: { id: nodeId } }))?.status === status;
        },
        { what: status },
      ),
    [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
  };
}

export type HighRisk = Awaited<ReturnType<typeof openHighRisk>>;

/** Conditions of a node or pod in the Kubernetes API. */
export interface ConditionedView {
  readonly status: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
    }[];
  };
}
