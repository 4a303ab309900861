import type { ReferenceResolver } from '../runtime/schema/define-subgraph.js';
import type { RequestContext } from '../runtime/subgraph.js';
import type { ClusterCatalogStore } from './store/catalog.store.js';
import type { ClusterStore } from './store/cluster.store.js';
import { loadById } from './api/entities/data-loaders.js';
import type { NodePoolStore } from './store/node-pool.store.js';
import type { NodeStore } from './store/node.store.js';
import type { OperationStore } from './store/operation.store.js';
import type { ReadByIds } from './store/children.js';

interface Reference {
  readonly id: string;
}

interface Stores {
  readonly clusters: ClusterStore;
  readonly nodePools: NodePoolStore;
  readonly nodes: NodeStore;
  readonly operations: OperationStore;
  readonly catalog: ClusterCatalogStore;
}

/** How other subgraphs' references become entities: batched, and only the account's own. */
export function clusterReferences({
  catalog,
  ...stores
}: Stores): Readonly<Record<string, ReferenceResolver>> {
  const byId =
    <T extends Reference>(read: ReadByIds<T>): ReferenceResolver =>
    ({ id }: Reference, context: RequestContext) =>
      loadById(context, read, id);
  return {
    Cluster: byId(stores.clusters.byIds),
    NodePool: byId(stores.nodePools.byIds),
    Node: byId(stores.nodes.byIds),
    Operation: byId(stores.operations.byIds),
    InstanceType: async ({ id }: Reference) => (await catalog.read()).instanceTypes.get(id) ?? null,
    KubernetesVersion: async ({ id }: Reference) => {
      const { versions } = await catalog.read();
      return versions.has(id) ? versions.status(id) : null;
    },
    // Whether there is such a region is for its own subgraph to say.
    Region: ({ id }: Reference) => ({ id }),
  };
}
