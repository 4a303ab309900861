import { NO_JSON } from '../reconcile/json-null.js';
import { withCondition } from '../reconcile/conditions.js';
import { eventOf } from '../reconcile/reconcile-events.js';
import type { Node } from '../reconcile/reconcile.store.js';
import type { Outside } from './inspecting-pool.js';
import { updateNodePool } from './node-pool.store.js';
import { type Audit, recordFindings, subjectOf } from './pool-audit.js';

/** How a pool's nodes differ from Kubernetes: the column `drift`. */
export interface Drift {
  /** Names of nodes that Kubernetes does not have. */
  readonly missingInKubernetes: readonly string[];
  /** RFC 3339. */
  readonly seenAt: string;
}

export function driftOf({ drift }: { readonly drift: unknown }): Drift | null {
  return drift as Drift | null;
}

/** Says when nodes of a pool were deleted in Kubernetes while their machines run on, and when that is over. */
export async function auditDrift(audit: Audit, missing: readonly Node[], { names }: Outside): Promise<void> {
  const { pool } = audit;
  if (!names) return;
  const now = missing.map(({ name }) => name).sort();
  const before = driftOf(pool)?.missingInKubernetes ?? [];
  if (now.join() === [...before].join()) return;
  await recordFindings(audit, async (tx, at) => {
    const drifted = now.length > 0;
    const text = drifted
      ? `${now.length} nodes of the node pool ${pool.name} are not in Kubernetes, but their machines run. Use syncNodePool.`
      : `The nodes of the node pool ${pool.name} are all in Kubernetes again.`;
    const reason = drifted ? 'NodeDeletedInKubernetes' : 'Synchronized';
    await updateNodePool(tx, pool.id, {
      drift: drifted ? { missingInKubernetes: now, seenAt: at.toISOString() } : NO_JSON,
      conditions: withCondition(
        pool,
        { type: 'InSync', status: drifted ? 'False' : 'True', reason, message: text },
        at,
      ),
    });
    return [
      eventOf(subjectOf(audit), drifted ? 'NODE_POOL_DRIFTED' : 'NODE_POOL_IN_SYNC', text, {
        level: drifted ? 'WARNING' : 'INFO',
        data: { missingInKubernetes: now },
      }),
    ];
  });
}
