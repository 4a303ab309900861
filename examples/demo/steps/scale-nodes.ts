import { newClientToken, type OperationStatusFragment, ScaleNodePoolDocument } from '@fleetgraph/client';
import {
  expectAccepted,
  assertThat,
  need,
  operationSummary,
  type Step,
  type DemoContext,
} from '../demo-context.js';
import { watchOperation } from '../watch-operation.js';
import { countedQuotas } from './show-quotas.js';

const VCPU_PER_NODE = 4;
/** Nodes requested above the quota. */
const NODES_ABOVE_QUOTA = 10;
/** Nodes requested if the quota has no limit. */
const NODES_WITHOUT_LIMIT = 2;

export const scaleNodes: Step = {
  title: 'Scale out beyond the quota: nodes that fit are created, the others are reported',
  async run(context, output) {
    const nodes = need(context, 'nodes');
    const room = await roomForNodes(context);
    const bounded = room <= 200;
    const desiredSize = nodes + (bounded ? room + NODES_ABOVE_QUOTA : NODES_WITHOUT_LIMIT);
    output.line(`from ${nodes} to ${desiredSize} nodes; the quota has room for ${room} more`);
    const end = await scaleTo(context, desiredSize, (operationId) =>
      watchOperation(context, operationId, output),
    );
    assertThat(end.result, 'scaling ended without a result');
    const expected = bounded ? (room > 0 ? 'PARTIAL' : 'FAILED') : 'SUCCEEDED';
    assertThat(end.state === expected, `scaling ended as ${operationSummary(end)}`);
    context.nodes = nodes + end.result.created;
    for (const [reason, count] of countedReasons(end)) output.line(`${count} × ${reason}`);
    output.headline(operationSummary(end));
  },
};

async function roomForNodes(context: DemoContext): Promise<number> {
  const vcpu = (await countedQuotas(context)).find(({ resource }) => resource === 'payg-vcpu');
  if (!vcpu || vcpu.limit === null) return Infinity;
  return Math.floor((vcpu.limit - vcpu.used) / VCPU_PER_NODE);
}

async function scaleTo(
  context: DemoContext,
  desiredSize: number,
  watch: (operationId: string) => Promise<OperationStatusFragment>,
): Promise<OperationStatusFragment> {
  const nodePoolId = need(context, 'nodePoolId');
  const input = { nodePoolId, desiredSize, clientToken: newClientToken() };
  const { scaleNodePool } = await context.client.mutate(
    ScaleNodePoolDocument,
    { input },
    { signal: context.signal },
  );
  expectAccepted('scaling', scaleNodePool.userErrors);
  assertThat(scaleNodePool.operation, 'scaling was accepted without an operation');
  return watch(scaleNodePool.operation.id);
}

function countedReasons({ result }: OperationStatusFragment): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { code, message } of result?.failures ?? []) {
    const reason = `${code}: ${message}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}
