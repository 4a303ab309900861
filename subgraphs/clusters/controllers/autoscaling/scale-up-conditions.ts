import { updateNodePool } from '../../store/node-pool.store.js';
import { recordPoolDrift } from '../pool-drift/pool-drift.js';
import { type ConditionChange, conditionsOf, withCondition } from '../../model/conditions.js';
import { eventOf } from '../../model/cluster-events.js';
import { fitsAfterScaleUp } from '../../model/autoscaling.plan.js';
import type { Pod } from '../../model/scheduled-objects.js';
import type { AutoscaledCluster } from './resize-pool.js';
import type { Candidate } from './scale-up-candidate.js';

const CONDITION = 'CanScaleUp';

/**
 * Sets a condition on each pool with unschedulable pods that a new node could run if the pool could grow; clears it
 * otherwise.
 */
export async function recordScaleUpConditions(
  view: AutoscaledCluster,
  candidates: readonly Candidate[],
  unplaced: readonly Pod[],
): Promise<void> {
  for (const candidate of candidates) {
    const pods = unplaced.filter((pod) => fitsAfterScaleUp(candidate, pod)).length;
    const before = conditionsOf(candidate.pool).find(({ type }) => type === CONDITION);
    const now = conditionOf(candidate, pods);
    const isNews = before ? before.reason !== now.reason : now.status === 'False';
    if (isNews) await recordCondition(view, candidate, now);
  }
}

function conditionOf({ room, size, hasPartialScaleUp }: Candidate, pods: number): ConditionChange {
  if (pods === 0 || room > 0)
    return {
      type: CONDITION,
      status: 'True',
      reason: 'NoPendingPods',
      message: 'No pods wait for a node of it.',
    };
  const waiting = `${pods} pods wait that a new node of the pool could take, but `;
  return hasPartialScaleUp
    ? {
        ...{ type: CONDITION, status: 'False', reason: 'ScaleUpIncomplete' },
        message: `${waiting}its last growth fell short; see its operation. It is tried again after five minutes.`,
      }
    : {
        ...{ type: CONDITION, status: 'False', reason: 'AtMaximum' },
        message: `${waiting}it has its maximum of ${size} nodes.`,
      };
}

async function recordCondition(
  { cluster, scope, dependencies }: AutoscaledCluster,
  { pool }: Candidate,
  now: ConditionChange,
): Promise<void> {
  await recordPoolDrift({ cluster, pool, nodes: [], scope, dependencies }, async (tx, at) => {
    await updateNodePool(tx, pool.id, { conditions: withCondition(pool, now, at) });
    if (now.status === 'True') return [];
    const text = `The node pool ${pool.name} does not grow: ${now.message}`;
    const data = { reason: now.reason };
    return [
      eventOf({ cluster, pool }, 'NODE_POOL_SCALE_UP_BLOCKED', text, {
        category: 'SCALING',
        level: 'WARNING',
        data,
      }),
    ];
  });
}
