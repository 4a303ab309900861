import { autoscalingOf, type AutoscalingPlan } from '../../model/node-pool.rules.js';
import { markNodesRemoving } from '../node-pool/delete-lost-nodes.js';
import type { NodePool } from '../../store/reconcile.store.js';
import { isIdle, planScaleDown } from '../../model/autoscaling.plan.js';
import type { SnapshotNode } from './cluster-snapshot.js';
import { type AutoscaledCluster, resizePool, workingNodes } from './resize-pool.js';

/** Records which nodes are idle and removes those that have been idle for the scale-down delay of their pool. */
export async function scaleDown(view: AutoscaledCluster): Promise<void> {
  for (const pool of view.pools) {
    const scaling = autoscalingOf(pool);
    if (!scaling) continue;
    const idle = await recordIdleNodes(view, pool, scaling);
    // One pool per poll: the evicted pods use capacity that the next pool's check would count as free.
    if (await removeIdleNodes(view, pool, { scaling, idle })) return;
  }
}

/** Records since when nodes of the pool have been idle; returns the idle nodes. */
async function recordIdleNodes(
  { snapshot, scope }: AutoscaledCluster,
  pool: NodePool,
  { scaleInThreshold }: AutoscalingPlan,
): Promise<SnapshotNode[]> {
  const mine = snapshot.nodes.filter(({ nodePoolId }) => nodePoolId === pool.id);
  const [idle, busy] = [
    mine.filter((node) => isIdle(node, scaleInThreshold)),
    mine.filter((node) => !isIdle(node, scaleInThreshold)),
  ];
  const now = scope.clock.now();
  const { node } = scope.database;
  const begins = idle.filter(({ idleSince }) => idleSince === null).map(({ id }) => id);
  const ends = busy.filter(({ idleSince }) => idleSince !== null).map(({ id }) => id);
  if (begins.length > 0) await node.updateMany({ where: { id: { in: begins } }, data: { idleSince: now } });
  if (ends.length > 0) await node.updateMany({ where: { id: { in: ends } }, data: { idleSince: null } });
  return idle;
}

async function removeIdleNodes(
  view: AutoscaledCluster,
  pool: NodePool,
  { scaling, idle }: { readonly scaling: AutoscalingPlan; readonly idle: readonly SnapshotNode[] },
): Promise<boolean> {
  const { snapshot, scope } = view;
  const from = workingNodes(view, pool.id).length;
  const before = scope.clock.now().getTime() - scaling.scaleInDelaySeconds * 1000;
  const removable = idle.filter(({ idleSince }) => idleSince !== null && idleSince.getTime() <= before);
  const others = snapshot.nodes.filter((node) => !removable.includes(node)).map(({ place }) => place);
  const selected = planScaleDown(removable, others, Math.max(0, from - scaling.minSize));
  if (selected.length === 0) return false;
  const ids = new Set(selected.map(({ id }) => id));
  const leaving = view.nodes.filter(({ id }) => ids.has(id));
  return resizePool(view, pool, {
    from,
    to: from - leaving.length,
    also: (tx, at) =>
      markNodesRemoving(tx, leaving, { drain: true, reason: 'SCALE_IN', since: at.toISOString() }),
    why: `${leaving.length} were idle, and their pods have room elsewhere.`,
    data: { nodes: leaving.map(({ name }) => name) },
  });
}
