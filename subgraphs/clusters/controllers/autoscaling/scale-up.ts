import { autoscalingOf } from '../../model/node-pool.rules.js';
import { zonesOf } from '../node-pool/node-request.js';
import { type ScaleUp, planScaleUp } from '../../model/autoscaling.plan.js';
import { recordScaleUpConditions } from './scale-up-conditions.js';
import type { Pod } from '../../model/scheduled-objects.js';
import { templateFacts, templateOf } from './node-template.js';
import { AUTOSCALING, type AutoscaledCluster, resizePool, workingNodes } from './resize-pool.js';
import type { Candidate } from './scale-up-candidate.js';
import { failedAutoscaling } from '../../store/operation.store.js';

/** Milliseconds before a pool whose scale-up failed is scaled up again. */
const BACK_OFF_MS = 5 * 60_000;
/** Maximum number of pod names in an event. */
const NAMED = 20;

/** Scales pools up to their minimum size, otherwise for unschedulable pods; true if a pool was scaled. */
export async function scaleUp(view: AutoscaledCluster): Promise<boolean> {
  const candidates = await candidatesOf(view);
  if (await someInOrder(candidates, (candidate) => fillToDesiredSize(view, candidate))) return true;
  const present = view.snapshot.nodes.map(({ place }) => place);
  const { growths, unplaced } = planScaleUp(view.snapshot.waiting, present, candidates);
  const byPods = growths.sort((a, b) => b.pods.length - a.pods.length);
  const grown = await someInOrder(byPods, async (growth) => {
    const candidate = candidates.find(({ id }) => id === growth.poolId);
    return candidate !== undefined && addNodes(view, candidate, growth);
  });
  if (!grown) await recordScaleUpConditions(view, candidates, unplaced);
  return grown;
}

/** Runs the work for each item in order; true if it returned true for at least one. */
async function someInOrder<T>(items: readonly T[], work: (item: T) => Promise<boolean>): Promise<boolean> {
  let any = false;
  for (const item of items) any = (await work(item)) || any;
  return any;
}

async function candidatesOf(view: AutoscaledCluster): Promise<Candidate[]> {
  const { cluster, pools, snapshot, scope } = view;
  const facts = await templateFacts(scope.database, cluster, pools);
  const short = await poolsBelowDesiredSize(view);
  return pools.flatMap((pool): Candidate[] => {
    const nodes = snapshot.nodes.filter(({ nodePoolId }) => nodePoolId === pool.id);
    const template = templateOf(pool, facts, nodes);
    const size = workingNodes(view, pool.id).length;
    const hasPartialScaleUp = pool.operationId !== null && short.has(pool.operationId);
    const room = hasPartialScaleUp ? 0 : Math.max(0, (autoscalingOf(pool)?.maxSize ?? 0) - size);
    const zoneIds = zonesOf(pool, cluster);
    return template ? [{ id: pool.id, pool, template, zoneIds, room, size, hasPartialScaleUp }] : [];
  });
}

/** Ids of autoscaling operations that failed within the back-off. */
function poolsBelowDesiredSize({ pools, scope }: AutoscaledCluster): Promise<Set<string>> {
  const since = new Date(scope.clock.now().getTime() - BACK_OFF_MS);
  const ids = pools.flatMap(({ operationId }) => operationId ?? []);
  return failedAutoscaling(scope.database, ids, { trigger: AUTOSCALING, since });
}

/** A quota, exhausted stock or a cancelled creation can leave a pool below its minimum size. */
function fillToDesiredSize(
  view: AutoscaledCluster,
  { pool, size, hasPartialScaleUp }: Candidate,
): Promise<boolean> {
  const minSize = autoscalingOf(pool)?.minSize ?? 0;
  if (hasPartialScaleUp || size >= minSize) return Promise.resolve(false);
  const why = 'it has fewer than its minimum.';
  return resizePool(view, pool, { from: size, to: minSize, why, data: { minSize } });
}

function addNodes(
  view: AutoscaledCluster,
  { pool, size }: Candidate,
  { nodes, zones, pods }: ScaleUp,
): Promise<boolean> {
  return resizePool(view, pool, {
    from: size,
    to: size + nodes,
    zones,
    why: `${pods.length} pods find no node.`,
    data: { pods: pods.slice(0, NAMED).map(nameOf), podCount: pods.length },
  });
}

function nameOf({ metadata }: Pod): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}
