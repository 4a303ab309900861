import { done, requeueAfter } from '../../../../engine/contract.js';
import { KubernetesUnavailable } from '../../../../engine/kubernetes/kubernetes-error.js';
import { changeOperation, stagesOf } from '../../../../engine/operations/operation-row.js';
import { finishStage, setProgress, startStage } from '../../../../engine/operations/operations.js';
import { inCluster, clusterEvent, type Step } from '../steps/cluster-step.js';
import { poolsReconciled } from '../provisioning/complete-cluster.js';
import type { StepOutcome } from '../steps/run-steps.js';
import { eventOf } from '../../model/cluster-events.js';
import type { Node, Operation } from '../../store/reconcile.store.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { workloadsWithPodsLeft, drainPods, restoreReplicas } from './drain-pods.js';
import { evictablePods } from '../../inspection/evictable-pods.js';
import { lostNodes, replaceLostNodes } from './replace-lost-nodes.js';
import {
  cordon,
  type KubernetesNode,
  upgradeMarkOf,
  runsVersion,
  uncordon,
} from '../../inspection/node-cordon.js';
import { reconcileSurge, type NodesStep } from './pool-surge.js';
import { type UpgradeStall, pauseStalledUpgrade } from './pause-stalled-upgrade.js';
import { updateUpgradeInput, upgradeInput } from '../../store/upgrade-input.js';
import { nextBatch, pausesAfter } from '../../model/upgrade.rules.js';
import type { Pod } from '../../model/pod.js';
import { runningNodesOf } from '../../store/node.store.js';
import { setNodeVersion } from '../../store/node-changes.store.js';
import { readNode } from '../../inspection/kubernetes-nodes.js';

/** Milliseconds between two checks of the cluster. */
const POLL_MS = 300;

/** Upgrades the nodes in batches; undefined once all have the version. */
export const upgradeNodes: Step = async (step) => {
  const { cluster, operation, scope, dependencies } = step;
  if (!operation) return undefined;
  const { version, batch } = upgradeInput(operation);
  const client = await clientOf(cluster.id, { scope, kubernetes: dependencies.kubernetes });
  const nodes = await runningNodesOf(scope.database, cluster.id);
  const full: NodesStep = { ...step, operation, version, client, nodes };
  const open = nodes.filter((node) => batch?.nodeIds.includes(node.id) && node.version !== version);
  if (open.length === 0) return finishBatch(full);
  try {
    return await workBatch(full, open);
  } catch (error) {
    if (!(error instanceof KubernetesUnavailable)) throw error;
    const stalled = await pauseStalledUpgrade(full, {
      nodes: open,
      why: 'the Kubernetes API does not answer',
    });
    if (stalled) return stalled;
    throw error;
  }
};

/**
 * Completes a batch: removes its surge replicas and surge nodes, then starts the next batch unless the upgrade is
 * paused.
 */
async function finishBatch(step: NodesStep): Promise<StepOutcome | undefined> {
  const { operation, client, nodes, version, scope } = step;
  const drain = client && { client, operation: operation.id, scope };
  if (drain && !(await restoreReplicas(drain, new Set()))) return requeueAfter(POLL_MS);
  const old = nodes.filter((node) => node.version !== version);
  const surging = await reconcileSurge(step, old);
  if (surging !== undefined) return surging;
  // Waits for replacements of lost nodes: a reconciled pool enqueues the cluster.
  if (old.length === 0) return poolsReconciled(step) ? undefined : done;
  return operation.pausedAt ? done : startBatch(step, old);
}

async function startBatch(step: NodesStep, old: readonly Node[]): Promise<StepOutcome> {
  const { operation, nodes, scope } = step;
  const { batch, rolling } = upgradeInput(operation);
  const next = nextBatch(nodes, old, rolling?.batchSize);
  const number = (batch?.number ?? 0) + 1;
  await inCluster(step, async (tx, at) => {
    const names = next.map(({ name }) => name);
    const text = `Batch ${number}: ${names.join(', ')} (${old.length} nodes are left).`;
    await startStage(tx, operation.id, 'NODES', at);
    const nodeIds = next.map(({ id }) => id);
    await updateUpgradeInput(tx, operation.id, { batch: { number, nodeIds, since: at.toISOString() } });
    return [clusterEvent(step, 'UPGRADE_BATCH_STARTED', text, { data: { batch: number, nodes: names } })];
  });
  await scope.faults.reach('upgrade.batch-chosen');
  return 'again';
}

interface UpgradedNodeStatus {
  readonly node: Node;
  /** Undefined if Kubernetes has no such node. */
  readonly observed: KubernetesNode | undefined;
  readonly pods: readonly Pod[];
}

async function workBatch(step: NodesStep, open: readonly Node[]): Promise<StepOutcome> {
  const { client, operation, scope } = step;
  const observations = await Promise.all(open.map((node) => observeUpgradedNode(step, node)));
  const lost = await lostNodes(step, observations);
  if (lost.length > 0) return replaceLostNodes(step, lost);
  if (!client) return upgradeEmpty(step, observations);
  if (await cordonAll(step, observations)) return 'again';
  const pods = observations.flatMap((observation) => observation.pods);
  const drain = { client, operation: operation.id, scope };
  if (pods.length > 0) await drainPods(drain, pods);
  await restoreReplicas(drain, await workloadsWithPodsLeft(client, pods));
  return upgradeEmpty(step, observations);
}

/** Pods of a node that already runs the version are not evicted; masters are upgraded with the control plane. */
async function observeUpgradedNode(
  { client, operation, version }: NodesStep,
  node: Node,
): Promise<UpgradedNodeStatus> {
  if (!client) return { node, observed: undefined, pods: [] };
  const observed = await readNode<KubernetesNode>(client, node.name);
  const touched = observed && (upgradeMarkOf(observed, operation.id) || !runsVersion(observed, version));
  return { node, observed, pods: touched ? await evictablePods(client, node.name) : [] };
}

/** Cordons the nodes of the batch that are not cordoned yet; true if there were any. */
async function cordonAll(
  { client, operation, version, scope }: NodesStep,
  sights: readonly UpgradedNodeStatus[],
): Promise<boolean> {
  const fresh = sights.flatMap(({ observed }) =>
    observed && !upgradeMarkOf(observed, operation.id) && !runsVersion(observed, version) ? [observed] : [],
  );
  if (!client || fresh.length === 0) return false;
  const at = scope.clock.now();
  await Promise.all(fresh.map((node) => cordon(client, node, { operation: operation.id, at })));
  await scope.faults.reach('upgrade.nodes-cordoned');
  return true;
}

/** Upgrades drained nodes, uncordons those that run the version, and records them. */
async function upgradeEmpty(step: NodesStep, sights: readonly UpgradedNodeStatus[]): Promise<StepOutcome> {
  const finished: Node[] = [];
  for (const observation of sights)
    if (observation.pods.length === 0 && (await upgradeOne(step, observation)))
      finished.push(observation.node);
  if (finished.length === 0)
    return (await pauseStalledUpgrade(step, upgradeStall(sights))) ?? requeueAfter(POLL_MS);
  await recordNodes(step, finished, finished.length === sights.length);
  await step.scope.faults.reach('upgrade.nodes-recorded');
  return 'again';
}

/** Describes a batch without progress. */
function upgradeStall(sights: readonly UpgradedNodeStatus[]): UpgradeStall {
  const present = sights.flatMap((observation) => observation.pods);
  // Terminating pods first: they block the upgrade, others may only wait for a node.
  const going = present.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined);
  const pods = [...new Set([...going, ...present])].map(
    ({ metadata }) => `${metadata?.namespace}/${metadata?.name}`,
  );
  const why =
    pods.length > 0 ? `pods do not leave: ${pods.slice(0, 5).join(', ')}` : 'the nodes are not ready';
  return { nodes: sights.map(({ node }) => node), why, pods };
}

/** True if the node runs the version and is uncordoned. */
async function upgradeOne(step: NodesStep, { node, observed }: UpgradedNodeStatus): Promise<boolean> {
  const { cluster, client, operation, version, dependencies, scope } = step;
  const instance = await dependencies.provider.upgradeInstance(cluster.id, node.id, version);
  await scope.faults.reach('upgrade.node-upgraded');
  // The next poll detects an instance that was just released.
  if (instance?.state !== 'RUNNING' || instance.version !== version) return false;
  if (client && observed) {
    const now = await readNode<KubernetesNode>(client, node.name);
    if (!now || !runsVersion(now, version)) return false;
    const mark = upgradeMarkOf(now, operation.id);
    if (mark) await uncordon(client, now, mark);
  }
  await scope.faults.reach('upgrade.node-uncordoned');
  return true;
}

async function recordNodes(step: NodesStep, finished: readonly Node[], whole: boolean): Promise<void> {
  const { cluster, operation, nodes, version } = step;
  const remaining = nodes.filter((node) => node.version !== version).length - finished.length;
  const { batch, rolling } = upgradeInput(operation);
  const pauses =
    whole && remaining > 0 && pausesAfter(rolling?.pausePolicy ?? 'NOT_PAUSE', batch?.number ?? 0);
  await inCluster(step, async (tx, at) => {
    await setNodeVersion(
      tx,
      finished.map(({ id }) => id),
      version,
    );
    const share = nodes.length === 0 ? 1 : (nodes.length - remaining) / nodes.length;
    // Two of the four stages are done; the nodes are the third.
    await setProgress(tx, operation.id, { progress: (2 + share) / 4 });
    if (pauses) await changeOperation(tx, operation.id, { pausedAt: at });
    const events = finished.map(({ id, name, nodePoolId }) =>
      eventOf(
        { cluster, operationId: operation.id, ...(nodePoolId !== null && { pool: { id: nodePoolId } }) },
        'NODE_UPGRADED',
        `The node ${name} runs Kubernetes ${version}.`,
        { data: { nodeId: id, name, version } },
      ),
    );
    const paused = `The upgrade pauses after batch ${batch?.number ?? 0}: ${remaining} nodes are left.`;
    return pauses
      ? [...events, clusterEvent(step, 'OPERATION_PAUSED', paused, { data: { left: remaining } })]
      : events;
  });
}

/** Ends the stage of the nodes. */
export const finishNodesStage: Step = async (step) => {
  const { operation, scope } = step;
  if (!operation || stageEnded(operation, 'NODES')) return undefined;
  await inCluster(step, async (tx, at) => {
    await finishStage(tx, operation.id, 'NODES', at);
    return [
      clusterEvent(step, 'NODES_UPGRADED', `All nodes run Kubernetes ${upgradeInput(operation).version}.`),
    ];
  });
  await scope.faults.reach('upgrade.nodes-finished');
  return 'again';
};

export function stageEnded(operation: Operation, name: string): boolean {
  return stagesOf(operation).find((stage) => stage.name === name)?.state === 'SUCCEEDED';
}
