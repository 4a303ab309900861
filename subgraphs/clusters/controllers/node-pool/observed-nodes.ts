import type { ChargeType } from '../../model/node-pool.enums.js';
import { clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import type { ReconcileContext } from '../../../../engine/contract.js';
import type { Instance } from '../../../../engine/providers/instance.js';
import { listNodes } from '../../inspection/kubernetes-nodes.js';
import type { Node } from '../../store/reconcile.store.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';

/** What there is of a cluster outside the platform's own records. */
export interface ObservedState {
  /** By node id. */
  readonly instances: ReadonlyMap<string, Instance>;
  /** Names of the Kubernetes nodes; undefined when Kubernetes could not be asked. */
  readonly names: ReadonlySet<string> | undefined;
}

/** Reads what the cloud and Kubernetes have of a cluster. */
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

/** A node whose instance is another, or is paid otherwise, than the platform knows. */
export interface ChangedNode {
  readonly node: Node;
  readonly chargeType: ChargeType;
  readonly instanceType: string;
}

/** How the nodes of a pool differ from what the platform knows of them. */
export interface NodeDifferences {
  /** Their instances are gone. */
  readonly lost: readonly Node[];
  /** Their instances are about to be taken back. */
  readonly reclaimed: readonly Node[];
  /** Their instances run, but Kubernetes has no node of their name. */
  readonly unregistered: readonly Node[];
  /** Their instances run, but are no longer in the scaling group of the pool. */
  readonly moved: readonly Node[];
  readonly changed: readonly ChangedNode[];
}

/** Compares the nodes of a pool that run with what was seen. */
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
