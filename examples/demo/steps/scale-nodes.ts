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
/** Nodes asked for beyond what the quota has room for. */
const TOO_MANY = 10;
/** Nodes asked for where the quota is no bound. */
const MODEST = 2;

export const scaleNodes: Step = {
  title: 'Scale out beyond the quota: what fits comes, the rest is named',
  async run(story, tell) {
    const nodes = need(story, 'nodes');
    const room = await roomForNodes(story);
    const bounded = room <= 200;
    const desiredSize = nodes + (bounded ? room + TOO_MANY : MODEST);
    tell.line(`from ${nodes} to ${desiredSize} nodes; the quota has room for ${room} more`);
    const end = await scaleTo(story, desiredSize, (operationId) => watchOperation(story, operationId, tell));
    assertThat(end.result, 'scaling ended without a result');
    const expected = bounded ? (room > 0 ? 'PARTIAL' : 'FAILED') : 'SUCCEEDED';
    assertThat(end.state === expected, `scaling ended as ${operationSummary(end)}`);
    story.nodes = nodes + end.result.created;
    for (const [reason, count] of countedReasons(end)) tell.line(`${count} × ${reason}`);
    tell.headline(operationSummary(end));
  },
};

async function roomForNodes(story: DemoContext): Promise<number> {
  const vcpu = (await countedQuotas(story)).find(({ resource }) => resource === 'payg-vcpu');
  if (!vcpu || vcpu.limit === null) return Infinity;
  return Math.floor((vcpu.limit - vcpu.used) / VCPU_PER_NODE);
}

async function scaleTo(
  story: DemoContext,
  desiredSize: number,
  watch: (operationId: string) => Promise<OperationStatusFragment>,
): Promise<OperationStatusFragment> {
  const nodePoolId = need(story, 'nodePoolId');
  const input = { nodePoolId, desiredSize, clientToken: newClientToken() };
  const { scaleNodePool } = await story.client.mutate(
    ScaleNodePoolDocument,
    { input },
    { signal: story.signal },
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
