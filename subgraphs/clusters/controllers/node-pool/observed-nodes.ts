import type { ChargeType } from '../../model/node-pool.enums.js';
import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import type { ReconcileContext } from '../../../../engine/contract.js';
import type { Instance } from '../../../../engine/providers/instance.js';
import { listNodes } from '../../inspection/kubernetes-nodes.js';
import type { Node } from '../../store/reconcile.store.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';

/** Nodes of a cluster as the cloud and Kubernetes report them. */
export interface ObservedState {
  /** By node id. */
  readonly instances: ReadonlyMap<string, Instance>;
  /** Names of the Kubernetes nodes; undefined if the API was unavailable. */
  readonly names: ReadonlySet<string> | undefined;
}

/** Reads the nodes of a cluster from the cloud and from Kubernetes. */
export async function readObservedState(
  clusterId: string,
  {
    scope,
    dependencies,
  }: { readonly scope: ReconcileContext; readonly dependencies: ReconcilerDependencies },
): Promise<ObservedState> {
  const instances = await dependencies.provider.instances(clusterId);
  return {
    instances: new Map(instances.map((instance) => [instance.id, instance])),
    names: await nodeNames(clusterId, { scope, dependencies }),
  };
}

async function nodeNames(
  clusterId: string,
  {
    scope,
    dependencies,
  }: { readonly scope: ReconcileContext; readonly dependencies: ReconcilerDependencies },
): Promise<Set<string> | undefined> {
  const access = (await clusterAccess(scope.database, null, [clusterId])).get(clusterId);
  if (!access) return undefined;
  try {
    const found = await listNodes(dependencies.kubernetes, access, scope.signal);
    return new Set(found.map(({ metadata }) => metadata?.name ?? ''));
  } catch (error) {
    scope.log.warn({ err: error, clusterId }, 'the nodes of a cluster could not be listed');
    return undefined;
  }
}

/** A node whose instance type or charge type differs from its row. */
export interface ChangedNode {
  readonly node: Node;
  readonly chargeType: ChargeType;
  readonly instanceType: string;
}

/** Differences between the rows of a pool's nodes and the observed state. */
export interface NodeDifferences {
  /** Nodes whose instances no longer exist. */
  readonly lost: readonly Node[];
  /** Nodes whose instances are about to be reclaimed. */
  readonly reclaimed: readonly Node[];
  /** Nodes whose instances run, but which Kubernetes does not list. */
  readonly unregistered: readonly Node[];
  /** Nodes whose instances run, but left the scaling group of the pool. */
  readonly moved: readonly Node[];
  readonly changed: readonly ChangedNode[];
}

/** Compares the running nodes of a pool with the observed state. */
export function compare(nodes: readonly Node[], { instances, names }: ObservedState): NodeDifferences {
  const running = nodes.filter(({ state }) => state === 'running');
  const lost = running.filter(({ id }) => !instances.has(id));
  const existing = running.filter(({ id }) => instances.has(id));
  return {
    lost,
    reclaimed: existing.filter(({ id }) => instances.get(id)?.reclaimAt !== undefined),
    unregistered: existing.filter(
      ({ id, name }) => instances.get(id)?.state === 'RUNNING' && names !== undefined && !names.has(name),
    ),
    moved: existing.filter(({ id, nodePoolId }) => (instances.get(id)?.nodePoolId ?? null) !== nodePoolId),
    changed: existing.flatMap((node) => changeOf(node, instances.get(node.id)) ?? []),
  };
}

function changeOf(node: Node, instance: Instance | undefined): ChangedNode | undefined {
  const { chargeType = node.chargeType, instanceType = node.instanceType } = instance ?? {};
  const same = chargeType === node.chargeType && instanceType === node.instanceType;
  return same ? undefined : { node, chargeType, instanceType };
}
