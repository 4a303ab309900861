import { poolOperationInput } from '../../store/operation-input.js';
import {
  type KubernetesClient,
  type KubernetesObject,
  MERGE_PATCH,
} from '../../../../engine/kubernetes/client.js';
import { isConflict, isNotFound } from '../../../../engine/kubernetes/kubernetes-error.js';
import { finishStage, startStage } from '../../../../engine/operations/operations.js';
import { stagesOf } from '../../../../engine/operations/operation-row.js';
import type { NodeTaint } from '../../../../engine/providers/node-pool-provider.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { nodePath } from '../../inspection/kubernetes-nodes.js';
import { batches, inPool, type PoolStep } from '../steps/node-pool-step.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { configOf, type PoolConfig } from '../../model/pool-config.js';
import { EFFECTS, kubernetesTaints } from '../../model/taints.js';
import { SETTINGS_STAGE } from '../../model/node-pool.plan.js';

/** Nodes changed concurrently. */
const AT_ONCE = 10;

type Settings = Pick<PoolConfig, 'labels' | 'taints'>;

interface KubernetesNode extends KubernetesObject {
  readonly spec?: { readonly taints?: readonly NodeTaint[] };
}

/** Applies the labels and taints of a changed pool to its running nodes and removes the former ones. */
export async function applySettings(step: PoolStep): Promise<StepOutcome | undefined> {
  const { operation, pool, cluster, nodes, scope, dependencies } = step;
  const stage = operation && stagesOf(operation).find(({ name }) => name === SETTINGS_STAGE);
  if (!operation || operation.targetId !== pool.id || !stage || stage.state === 'SUCCEEDED') return undefined;
  const client = await clientOf(cluster.id, { scope, kubernetes: dependencies.kubernetes });
  const before = poolOperationInput(operation).before ?? { labels: {}, taints: [] };
  const running = nodes.filter(({ state }) => state === 'running');
  if (client)
    for (const batch of batches(running, AT_ONCE)) {
      const settings = { before, now: configOf(pool) };
      const applied = await Promise.all(batch.map(({ name }) => applyTo(client, name, settings)));
      if (!applied.every(Boolean)) return 'again';
    }
  await inPool(step, async (tx, at) => {
    await startStage(tx, operation.id, SETTINGS_STAGE, at);
    await finishStage(tx, operation.id, SETTINGS_STAGE, at);
    return [];
  });
  return 'again';
}

/** False if the node changed between read and write; its taints are replaced as a whole. */
async function applyTo(
  client: KubernetesClient,
  name: string,
  { before, now }: { readonly before: Settings; readonly now: Settings },
): Promise<boolean> {
  const path = nodePath(name);
  const removed = Object.keys(before.labels).filter((key) => !(key in now.labels));
  const labels = { ...Object.fromEntries(removed.map((key) => [key, null])), ...now.labels };
  const mine = new Set(
    [...before.taints, ...now.taints].map(({ key, effect }) => `${key}:${EFFECTS[effect]}`),
  );
  try {
    const node = await client.get<KubernetesNode>(path);
    const others = (node.spec?.taints ?? []).filter(({ key, effect }) => !mine.has(`${key}:${effect}`));
    const taints = [...others, ...kubernetesTaints(now.taints)];
    const resourceVersion = node.metadata?.resourceVersion;
    await client.patch(path, { metadata: { resourceVersion, labels }, spec: { taints } }, MERGE_PATCH);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    // A node that was deleted in Kubernetes is drift; the drift check reports it.
    if (isNotFound(error)) return true;
    throw error;
  }
}
