import { type KubernetesClient, MERGE_PATCH } from '../../../../engine/kubernetes/client.js';
import type { ClusterStep } from '../steps/cluster-step.js';
import type { LabelledNode } from '../../model/node-metadata.js';
import { configOf } from '../../model/pool-config.js';
import type { Node, NodePool } from '../../store/reconcile.store.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { type OwnSettings, ownSettingsOf, settingsPatch } from '../../model/node-settings.rules.js';
import { nodePath, readNode } from '../../inspection/kubernetes-nodes.js';

/** A pool whose nodes are replaced. */
interface Replaced {
  readonly step: Pick<ClusterStep, 'cluster' | 'scope' | 'dependencies'>;
  readonly pool: NodePool;
  readonly nodes: readonly Node[];
}

/** Returns the labels and taints that users set on nodes to be removed, in the order of node ids. */
export async function settingsOfRemovedNodes(
  { step, pool, nodes }: Replaced,
  leaving: readonly string[],
): Promise<OwnSettings[]> {
  const client = await clientIn(step);
  if (!client) return [];
  const found = nodes.filter(({ id }) => leaving.includes(id)).sort(byId);
  const read = await Promise.all(found.map(({ name }) => readNode<LabelledNode>(client, name)));
  return read.flatMap((node) => (node ? [ownSettingsOf(node, configOf(pool))] : []));
}

/** Applies the settings of replaced nodes to the nodes of the pool's latest generation, one each. */
export async function transferSettings(
  { step, pool, nodes }: Replaced,
  settings: readonly OwnSettings[],
): Promise<void> {
  const client = await clientIn(step);
  if (!client) return;
  const arrived = nodes
    .filter(({ state, generation }) => state === 'running' && generation === pool.generation)
    .sort(byId);
  for (const [index, { name }] of arrived.entries()) {
    const own = settings[index];
    const node = own && (await readNode<LabelledNode>(client, name));
    const patch = node && settingsPatch(node, own);
    if (patch)
      await client.patch(nodePath(name), patch, MERGE_PATCH, {
        fieldManager: 'fleetgraph',
      });
  }
}

function clientIn({ cluster, scope, dependencies }: Replaced['step']): Promise<KubernetesClient | undefined> {
  return clientOf(cluster.id, { scope, kubernetes: dependencies.kubernetes });
}

function byId(a: Node, b: Node): number {
  return a.id < b.id ? -1 : 1;
}
