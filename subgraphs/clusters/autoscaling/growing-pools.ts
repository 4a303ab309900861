import { autoscalingOf } from '../node-pool/node-pool.rules.js';
import type { NodePool } from '../reconcile/reconcile.store.js';
import { type GrowablePool, type Growth, planGrowth } from './autoscaling.plan.js';
import type { Pod } from './kubernetes-objects.js';
import { type TemplateFacts, templateFacts, templateOf } from './pool-template.js';
import { AUTOSCALING, type ElasticCluster, resizePool, workingNodes } from './resizing-pool.js';

/** A pool that could not be made as large as pods needed it is not asked again for so long. */
const BACK_OFF_MS = 5 * 60_000;
/** Pods that an event names. */
const NAMED = 20;

/** Lets pools grow for pods that find no node; true when one does. */
export async function growPools(view: ElasticCluster): Promise<boolean> {
  const { cluster, seen, scope } = view;
  if (seen.waiting.length === 0) return false;
  const pools = await withoutFailures(view);
  const facts = await templateFacts(scope.database, cluster, pools);
  const growable = pools.flatMap((pool) => growablePool(view, pool, facts));
  const present = seen.nodes.map(({ place }) => place);
  const growths = planGrowth(seen.waiting, present, growable).sort((a, b) => b.pods.length - a.pods.length);
  for (const growth of growths) {
    const pool = pools.find(({ id }) => id === growth.poolId);
    // One pool at a time: where the pods go decides what the others still need.
    if (pool && (await grow(view, pool, growth))) return true;
  }
  return false;
}

function growablePool(view: ElasticCluster, pool: NodePool, facts: TemplateFacts): GrowablePool[] {
  const nodes = view.seen.nodes.filter(({ nodePoolId }) => nodePoolId === pool.id);
  const template = templateOf(pool, facts, nodes);
  const room = (autoscalingOf(pool)?.maxSize ?? 0) - workingNodes(view, pool.id).length;
  return template && room > 0 ? [{ id: pool.id, room, template }] : [];
}

/** The pools but for those whose last growth fell short a moment ago: asking again would end the same way. */
async function withoutFailures({ pools, scope }: ElasticCluster): Promise<NodePool[]> {
  const ids = pools.flatMap(({ operationId }) => operationId ?? []);
  const since = new Date(scope.clock.now().getTime() - BACK_OFF_MS);
  const short = await scope.database.operation.findMany({
    where: {
      id: { in: ids },
      state: { in: ['PARTIAL', 'FAILED'] },
      finishedAt: { gt: since },
      input: { path: ['trigger'], equals: AUTOSCALING },
    },
    select: { id: true },
  });
  const failed = new Set(short.map(({ id }) => id));
  return pools.filter(({ operationId }) => operationId === null || !failed.has(operationId));
}

function grow(view: ElasticCluster, pool: NodePool, { nodes, pods }: Growth): Promise<boolean> {
  const from = workingNodes(view, pool.id).length;
  return resizePool(view, pool, {
    from,
    to: from + nodes,
    why: `${pods.length} pods find no node.`,
    data: { pods: pods.slice(0, NAMED).map(nameOf), podCount: pods.length },
  });
}

function nameOf({ metadata }: Pod): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}
