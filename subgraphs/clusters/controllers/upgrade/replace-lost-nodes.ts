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

/** Nodes of a batch whose instances were released or reclaimed while they were upgraded. */
export async function lostNodes(
  { cluster, dependencies }: NodesStep,
  sights: readonly ObservedNodes[],
): Promise<readonly Node[]> {
  // The cloud is asked only of nodes that Kubernetes has not, or finds dead: looks are frequent, pools are large.
  const doubtful = sights.filter(({ observed }) => !observed || !isReady(observed)).map(({ node }) => node);
  if (doubtful.length === 0) return [];
  // The nodes of a batch are of one pool.
  const instances = await dependencies.provider.instances(cluster.id, doubtful[0]?.nodePoolId ?? undefined);
  const ids = new Set(instances.map(({ id }) => id));
  return doubtful.filter(({ id }) => !ids.has(id));
}

/**
 * Forgets lost nodes of a batch and has their pool make others, which get the new version; the upgrade goes on
 * meanwhile. Throws `TerminalError` for masters: nothing takes their place.
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
    // A pool whose scaling group is gone makes no nodes any more.
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
