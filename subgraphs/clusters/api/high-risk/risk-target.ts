import type { HighRiskOperationTarget } from '../../../../engine/providers/high-risk-operation-provider.js';
import type { Database } from '../../../../kernel/postgres/database.js';
import { throwProblem } from '../../../../kernel/result.js';
import type { ClusterRow } from '../../store/cluster.store.js';
import { kindOfRow } from '../../model/kind-of-row.js';
import { NodeStore } from '../../store/node.store.js';
import { NodePoolStore } from '../../store/node-pool.store.js';
import { type DrillTarget, notSimulatedReason } from '../../store/high-risk-catalog.js';
import type { HighRiskOperationInput } from './high-risk.type.js';

/** A high-risk operation and its target, as requested. */
export interface HighRiskOperationRequest {
  readonly cluster: ClusterRow;
  readonly input: HighRiskOperationInput;
}

type FindTarget = (
  request: HighRiskOperationRequest,
  database: Database,
) => Promise<HighRiskOperationTarget> | HighRiskOperationTarget;

/** Finds the target by its kind; kinds that the provider does not simulate are missing. */
const FIND: Readonly<Partial<Record<DrillTarget, FindTarget>>> = {
  CLUSTER: ({ input: { highRiskOperationId: operation } }) => ({ operation }),
  DEDICATED_CLUSTER: ({ cluster, input: { highRiskOperationId: operation } }) => {
    if (kindOfRow(cluster).masters > 0) return { operation };
    const message = `The cluster ${cluster.id} is not dedicated: it has no masters to which this can be done.`;
    return throwProblem('UNSUPPORTED_BY_KIND', message, { path: ['input', 'clusterId'] });
  },
  NODE_POOL: poolTarget,
  WORKER_NODE: nodeTarget,
  MASTER_NODE: nodeTarget,
  SERVICE: ({ input: { highRiskOperationId: operation, service } }) => {
    if (service == null)
      return throwProblem('INVALID_INPUT', `${operation} is done to a Service: name it in service.`, {
        path: ['input', 'service'],
      });
    return { operation, service };
  },
  VOLUME_CLAIM: ({ input: { highRiskOperationId: operation, volumeClaim } }) => {
    const path = ['input', 'volumeClaim'];
    if (volumeClaim == null)
      return throwProblem(
        'INVALID_INPUT',
        `${operation} is done to a volume claim: name it in volumeClaim.`,
        {
          path,
        },
      );
    return { operation, volumeClaim };
  },
};

/** How the operations on the other kinds are performed. */
const EXTERNAL: Readonly<Partial<Record<DrillTarget, string>>> = {
  KUBERNETES_API: 'is done to an object in the cluster: do it with kubectl.',
  MUTATION: 'is what a mutation does: scaleNodePool, attachInstances, or a managed pool by itself.',
};

/** The target of the operation. Rejects operations that are not simulated, and targets outside the cluster. */
export async function riskTarget(
  kind: DrillTarget | null,
  request: HighRiskOperationRequest,
  database: Database,
): Promise<HighRiskOperationTarget> {
  const find = kind && FIND[kind];
  if (find) return find(request, database);
  const id = request.input.highRiskOperationId;
  const elsewhere = kind && EXTERNAL[kind];
  const message = `${id} ${elsewhere ?? `is not simulated: ${await notSimulatedReason(id)}`}`;
  return throwProblem('INVALID_INPUT', message, { path: ['input', 'highRiskOperationId'] });
}

async function poolTarget(
  { cluster, input }: HighRiskOperationRequest,
  database: Database,
): Promise<HighRiskOperationTarget> {
  const { highRiskOperationId: operation, nodePoolId } = input;
  const ids = nodePoolId == null ? [] : [nodePoolId];
  const [pool] = await new NodePoolStore(database).byIds(cluster.account, ids);
  if (pool?.clusterId === cluster.id && !pool.deletedAt) return { operation, nodePoolId: pool.id };
  return throwProblem(
    'NOT_FOUND',
    missing(cluster, { operation, kind: 'node pool', requested: nodePoolId }),
    {
      path: ['input', 'nodePoolId'],
    },
  );
}

async function nodeTarget(
  { cluster, input }: HighRiskOperationRequest,
  database: Database,
): Promise<HighRiskOperationTarget> {
  const { highRiskOperationId: operation, nodeId } = input;
  const ids = nodeId == null ? [] : [nodeId];
  const [node] = await new NodeStore(database).byIds(cluster.account, ids);
  if (node?.clusterId === cluster.id) return { operation, instanceId: node.id };
  return throwProblem('NOT_FOUND', missing(cluster, { operation, kind: 'node', requested: nodeId }), {
    path: ['input', 'nodeId'],
  });
}

interface MissingTarget {
  readonly operation: string;
  readonly kind: 'node' | 'node pool';
  readonly requested: string | null | undefined;
}

function missing({ id }: ClusterRow, { operation, kind, requested }: MissingTarget): string {
  const list = kind === 'node' ? 'Cluster.nodes' : 'Cluster.nodePools';
  const text =
    requested == null
      ? `${operation} is done to a ${kind}: name it.`
      : `The cluster ${id} has no ${kind} ${requested.slice(0, 60)}.`;
  return `${text} ${list} lists them.`;
}
