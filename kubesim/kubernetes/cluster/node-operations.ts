import type { InstanceType } from '../../catalog.js';
import type { NodeHealth, NodeInstance } from '../../cluster-port.js';
import type { Node, Pod } from '../kinds/core.js';
import { isNodeReady, nodes } from '../kinds/nodes.js';
import { controllerOf } from '../kinds/object.js';
import { isActive, pods } from '../kinds/pods.js';
import type { ClusterContext } from './context.js';
import { deleteObject } from './delete.js';
import { evictionError } from './disruption.js';
import { ensureSandboxRuntime, SANDBOX_LABEL } from './initial-objects.js';
import { healthConditions, heartbeatOf } from './node-conditions.js';
import { nodeObject } from './node-object.js';
import { create, replaceStatus, updateByController } from './write.js';

/** Registers the node of an instance that has booted. Idempotent. */
export function joinNode(cluster: ClusterContext, instance: NodeInstance, type: InstanceType): void {
  if (instance.labels[SANDBOX_LABEL]) ensureSandboxRuntime(cluster);
  if (cluster.store.get(nodes, '', instance.name)) return;
  const { regionId, clock, events } = cluster;
  const node = create(cluster, nodes, nodeObject(instance, type, { regionId, now: clock.now() }));
  const kubelet = { type: 'Normal', component: 'kubelet', host: instance.name } as const;
  events.record(node, { ...kubelet, reason: 'Starting', message: 'Starting kubelet.' });
  reportReady(cluster, node);
}

function reportReady({ events }: ClusterContext, node: Node): void {
  const { name } = node.metadata;
  const message = `Node ${name} status is now: NodeReady`;
  events.record(node, { type: 'Normal', reason: 'NodeReady', message, component: 'kubelet', host: name });
}

/** Updates capacity and labels of a node after a change of the instance type. */
export function resizeNode(cluster: ClusterContext, instance: NodeInstance, type: InstanceType): void {
  const node = cluster.store.get(nodes, '', instance.name);
  if (!node) return;
  const { regionId, clock } = cluster;
  const { metadata, status } = nodeObject(instance, type, { regionId, now: clock.now() });
  const { capacity, allocatable } = status;
  const labels = { ...node.metadata.labels, ...metadata.labels };
  updateByController(cluster, nodes, node, (object) => ({
    ...object,
    metadata: { ...object.metadata, labels },
  }));
  const updated = cluster.store.get(nodes, '', instance.name);
  if (updated) replaceStatus(cluster, nodes, updated, { ...updated.status, capacity, allocatable });
}

/** Sets a node's conditions by its health, if they change. The node controller notices later that a kubelet has stopped. */
export function setNodeHealth(cluster: ClusterContext, name: string, health: NodeHealth): void {
  const node = cluster.store.get(nodes, '', name);
  if (!node) return;
  cluster.machines.setReport(name, health);
  if (!health.ready) cluster.machines.disconnect(name, isNodeReady(node) ? undefined : heartbeatOf(node));
  const wasReady = isNodeReady(node);
  const conditions = healthConditions(
    node,
    { ...health, ready: health.ready || wasReady },
    cluster.clock.now(),
  );
  if (conditions) replaceStatus(cluster, nodes, node, { ...node.status, conditions });
  if (!health.ready) return;
  if (!wasReady) reportReady(cluster, node);
  cluster.machines.connect(name);
}

export function setKubeletVersion(cluster: ClusterContext, name: string, version: string): void {
  const node = cluster.store.get(nodes, '', name);
  if (!node) return;
  replaceStatus(cluster, nodes, node, {
    ...node.status,
    nodeInfo: { ...node.status.nodeInfo, kubeletVersion: `v${version}` },
  });
}

/**
 * Cordons a node and evicts its pods, except those of DaemonSets, as far as disruption budgets allow. Returns the number of
 * remaining pods.
 */
export function drainNode(cluster: ClusterContext, name: string): number {
  const node = cluster.store.get(nodes, '', name);
  if (node && !node.spec.unschedulable) {
    updateByController(cluster, nodes, node, (object) => ({
      ...object,
      spec: { ...object.spec, unschedulable: true },
    }));
  }
  const evicted = podsOfNode(cluster, name).filter((pod) => controllerOf(pod)?.kind !== 'DaemonSet');
  for (const pod of evicted)
    if (isActive(pod) && !evictionError(cluster, pod)) deleteObject(cluster, pods, pod);
  return evicted.filter((pod) => cluster.store.byUid(pod.metadata.uid)).length;
}

/** The pods that are bound to a node. */
export function podsOfNode({ store }: ClusterContext, name: string): Pod[] {
  return [...store.all(pods)].filter(({ spec }) => spec.nodeName === name);
}
