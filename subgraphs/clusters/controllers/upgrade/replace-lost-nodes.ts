import { TerminalError } from '../../../../engine/contract.js';
import { inCluster } from '../steps/cluster-step.js';
import { deleteLostNodes } from '../node-pool/delete-lost-nodes.js';
import { countWorkingNodes } from '../../store/node-pool.store.js';
import { releaseNodeQuota } from '../../changes/quota-usage.js';
import type { Node } from '../../store/reconcile.store.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { isReady } from '../../inspection/kubernetes-nodes.js';
import type { KubernetesNode } from '../../inspection/node-cordon.js';
import { canResize, setDesiredPoolSize } from '../../changes/pool-size.js';
import type { NodesStep } from './pool-surge.js';

interface ObservedNodes {
  readonly node: Node;
  readonly observed: KubernetesNode | undefined;
}

/** Returns nodes of a batch whose instances were released or reclaimed during the upgrade. */
export async function lostNodes(
  { cluster, dependencies }: NodesStep,
  observations: readonly ObservedNodes[],
): Promise<readonly Node[]> {
  // Only missing or not Ready nodes are looked up in the cloud: polls are frequent and pools are large.
  const doubtful = observations
    .filter(({ observed }) => !observed || !isReady(observed))
    .map(({ node }) => node);
  if (doubtful.length === 0) return [];
  // All nodes of a batch belong to one pool.
  const instances = await dependencies.provider.instances(cluster.id, doubtful[0]?.nodePoolId ?? undefined);
  const ids = new Set(instances.map(({ id }) => id));
  return doubtful.filter(({ id }) => !ids.has(id));
}

/**
 * Deletes the rows of lost nodes; their pool creates replacements with the new version while the upgrade continues.
 * Throws `TerminalError` for masters, which are not replaced.
 */
export async function replaceLostNodes(step: NodesStep, lost: readonly Node[]): Promise<StepOutcome> {
  const { cluster, operation } = step;
  const pool = step.pools.find(({ id }) => id === lost[0]?.nodePoolId);
  if (!pool) {
    const names = lost.map(({ name }) => name).join(', ');
    const message = `The instance of ${names} is gone, and no node pool replaces it.`;
    throw new TerminalError({ code: 'NODE_LOST', message });
  }
  await inCluster(step, async (tx) => {
    // A pool without a scaling group cannot create nodes.
    const { desiredSize } = pool;
    if (canResize(pool))
      await setDesiredPoolSize(tx, { cluster, pool, desiredSize, operationId: operation.id, path: [] });
    const subject = { cluster, pool, operationId: operation.id };
    const events = await deleteLostNodes(tx, { subject, account: cluster.account, lost });
    if (!canResize(pool))
      await releaseNodeQuota(tx, { cluster, pool, keep: await countWorkingNodes(tx, pool.id) });
    return events;
  });
  return 'again';
}
