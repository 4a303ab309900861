import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import { requeueAfter } from '../../../../engine/contract.js';
import type { Instance } from '../../../../engine/providers/instance.js';
import type { Node } from '../../store/reconcile.store.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { isReady, listNodes, readNode } from '../../inspection/kubernetes-nodes.js';
import { failureOf, recordChanges } from './create-nodes.js';
import { nextPollDelay } from '../../model/poll-schedule.js';
import { planPool } from '../../model/node-pool.plan.js';
import { batches, inPool, type PoolStep } from '../steps/node-pool-step.js';
import type { StepOutcome } from '../steps/run-steps.js';
import type { NodeChange } from '../../store/node-changes.store.js';

/** Milliseconds after its request at which a node that is not Ready fails. */
const READY_DEADLINE_MS = 15 * 60_000;
/** Up to this many nodes are read individually; above it, the list of all nodes. */
const SINGLY = 8;
/** Nodes recorded in one transaction. */
const RECORD_BATCH = 500;

/** Checks starting nodes: a node is running when its instance runs and its Kubernetes node is Ready. */
export async function observeNodes(step: PoolStep): Promise<StepOutcome | undefined> {
  const { pool, cluster, scope, dependencies } = step;
  const starting = planPool(pool, step.nodes).kept.filter(({ state }) => state === 'starting');
  if (starting.length === 0) return undefined;
  const instances = new Map(
    (await dependencies.provider.instances(cluster.id, pool.id)).map((instance) => [instance.id, instance]),
  );
  const up = starting.filter(({ id }) => instances.get(id)?.state === 'RUNNING');
  const ready = await readyNames(step, up);
  await scope.faults.reach('node-pool.nodes-seen');
  const at = scope.clock.now();
  const now = at.getTime();
  const changes = starting.flatMap((node) => {
    const change = observedState(node, {
      instance: instances.get(node.id),
      ready: ready.has(node.name),
      now,
    });
    return change ? [change] : [];
  });
  for (const batch of batches(changes, RECORD_BATCH)) {
    await inPool(step, (tx) => recordChanges(step, { tx, changes: batch }));
    await scope.faults.reach('node-pool.nodes-recorded');
  }
  if (changes.length === starting.length) return 'again';
  const waited = starting.flatMap(({ id }) => instances.get(id) ?? []);
  return requeueAfter(nextPollDelay(waited, at));
}

interface NodeObservation {
  readonly instance: Instance | undefined;
  readonly ready: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Returns the change of a starting node; undefined while it is still starting. */
export function observedState(node: Node, { instance, ready, now }: NodeObservation): NodeChange | undefined {
  const { id, zoneId, instanceType, vcpus } = node;
  const { version = node.version, providerId: instanceId, vSwitchId, address } = instance ?? {};
  const base = { id, zoneId, instanceType, vcpus, version, instanceId, vSwitchId, address };
  const fail = (error: ReturnType<typeof failureOf>) => ({
    ...base,
    state: 'failed' as const,
    status: 'Unknown' as const,
    error,
  });
  if (!instance)
    return fail({ code: 'INSTANCE_START_FAILED', message: `${node.name}: the instance has disappeared.` });
  if (instance.state === 'FAILED') return fail(failureOf(node, instance));
  if (instance.state === 'RUNNING' && ready)
    return { ...base, state: 'running', status: 'Ready', error: null };
  if (now - node.createdAt.getTime() < READY_DEADLINE_MS) return undefined;
  return fail({
    code: 'INSTANCE_START_FAILED',
    message: `${node.name}: the node did not become Ready in time.`,
  });
}

/** Returns the names of those nodes whose Kubernetes node is Ready. */
async function readyNames(
  { cluster, dependencies, scope }: PoolStep,
  nodes: readonly Node[],
): Promise<Set<string>> {
  if (nodes.length === 0) return new Set();
  const access = (await clusterAccess(scope.database, null, [cluster.id])).get(cluster.id);
  if (!access) return new Set();
  const { kubernetes } = dependencies;
  const { id: clusterId } = cluster;
  const client = new KubernetesClient(kubernetes.of(access), { clusterId, signal: scope.signal });
  const found =
    nodes.length <= SINGLY
      ? await Promise.all(nodes.map(({ name }) => readNode(client, name)))
      : await listNodes(kubernetes, access, scope.signal);
  return new Set(found.flatMap((node) => (node && isReady(node) ? [node.metadata?.name ?? ''] : [])));
}
