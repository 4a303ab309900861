import { done, type Outcome } from '../../../engine/contract.js';
import { inCluster, say, type ClusterStep } from '../cluster/cluster.steps.js';
import type { Node, Operation } from '../reconcile/reconcile.store.js';
import { type KubernetesNode, markOf } from './node-cordon.js';
import { upgradeInput } from './upgrade-input.js';

/** A batch that gets nowhere for this long pauses the upgrade, so that somebody looks. */
const STALL_MS = 30 * 60_000;

interface Stalled {
  readonly node: Node;
  readonly seen: KubernetesNode | undefined;
  readonly pods: readonly { readonly metadata?: { namespace?: string; name?: string } }[];
}

/** Pauses the upgrade when its nodes were taken long ago; undefined when there is time left. */
export async function stallUpgrade(
  step: ClusterStep & { readonly operation: Operation },
  sights: readonly Stalled[],
): Promise<Outcome | undefined> {
  const { operation, scope } = step;
  const { resumedAt } = upgradeInput(operation);
  const since = sights.flatMap(({ seen }) => (seen ? [markOf(seen, operation.id)?.since] : []));
  const times = [...since, resumedAt].flatMap((text) => (text === undefined ? [] : [Date.parse(text)]));
  if (operation.pausedAt || times.length === 0) return undefined;
  if (scope.clock.now().getTime() - Math.max(...times) < STALL_MS) return undefined;
  const nodes = sights.map(({ node }) => node.name);
  const pods = sights
    .flatMap((sight) => sight.pods)
    .map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
  const why =
    pods.length > 0 ? `pods do not leave: ${pods.slice(0, 5).join(', ')}` : 'the nodes are not ready';
  await inCluster(step, async (tx, at) => {
    await tx.operation.update({ where: { id: operation.id }, data: { pausedAt: at } });
    const text = `The upgrade of ${nodes.join(', ')} gets nowhere and is paused: ${why}. Mend it, then resumeOperation.`;
    return [say(step, 'UPGRADE_STALLED', text, { level: 'WARNING', data: { nodes, pods } })];
  });
  return done;
}
