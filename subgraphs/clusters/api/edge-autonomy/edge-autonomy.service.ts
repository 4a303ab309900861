import { throwNotFound } from '../../../../engine/not-found.js';
import { createOperation } from '../../../../engine/operations/operations.js';
import type { Platform } from '../../../../engine/platform.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { Actor } from '../../../../kernel/actor.js';
import { throwProblem } from '../../../../kernel/result.js';
import { change, type ChangeOutcome } from '../../changes/change.js';
import { lockCluster } from '../../store/cluster.store.js';
import { kindOfRow } from '../../model/kind-of-row.js';
import { clusterOfPool, lockNodePool, updateNodePool } from '../../store/node-pool.store.js';
import { EDGE_AUTONOMY } from '../../model/edge-autonomy.js';

const PATH = ['input', 'nodePoolId'];
const STAGES = ['NODES'];

export interface EdgeAutonomyRequest {
  readonly nodePoolId: string;
  readonly enabled: boolean;
  readonly clientToken?: string | null;
}

/** Sets whether nodes of edge clusters keep their pods while they are offline. */
export class EdgeAutonomyService {
  constructor(private readonly platform: Platform) {}

  /** Starts an operation that changes the nodes. Rejects other kinds of clusters with `UNSUPPORTED_BY_KIND`. */
  async set(actor: Actor, input: EdgeAutonomyRequest, dryRun?: boolean | null): Promise<ChangeOutcome> {
    const { account } = actor;
    return change(this.platform, { actor, mutation: 'setEdgeAutonomy', input, dryRun }, async (tx, at) => {
      const clusterId = await clusterOfPool(tx, account, input.nodePoolId);
      const cluster = clusterId === null ? null : await lockCluster(tx, account, clusterId);
      const pool = cluster && (await lockNodePool(tx, account, input.nodePoolId));
      if (!cluster || !pool) return throwNotFound('NODE_POOL', input.nodePoolId, PATH);
      if (kindOfRow(cluster).name !== 'EDGE') {
        throwProblem(
          'UNSUPPORTED_BY_KIND',
          `The cluster ${cluster.id} is no edge cluster (profile EDGE), so its nodes have no edge autonomy.`,
          {
            path: PATH,
          },
        );
      }
      if (pool.state === 'DELETING')
        throwProblem('INVALID_STATE', `The node pool ${pool.id} is being deleted.`, { path: PATH });
      await updateNodePool(tx, pool.id, { edgeAutonomy: input.enabled });
      const target = { account, targetKind: 'NodePool', targetId: pool.id, clusterId: cluster.id } as const;
      const fields = { ...target, type: EDGE_AUTONOMY, stages: STAGES, input: { enabled: input.enabled } };
      const operation = await createOperation(tx, fields, at);
      await enqueue(tx, 'edge-autonomy', pool.id);
      return { clusterId: cluster.id, nodePoolId: pool.id, operationId: operation.id };
    });
  }
}
