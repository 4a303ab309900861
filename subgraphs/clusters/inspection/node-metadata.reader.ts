import { impersonatedUser, type KubernetesUser } from '../../../access/kubernetes-user.js';
import { type ClusterAccess, clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { isForbidden } from '../../../engine/kubernetes/kubernetes-error.js';
import type { Platform } from '../../../engine/platform.js';
import type { Actor } from '../../../kernel/actor.js';
import { type LabelledNode, metadataOf, type NodeMetadata } from '../model/node-metadata.js';
import { NODES_PATH, readNode } from './kubernetes-nodes.js';

/** Up to this many nodes of a cluster are read individually; a list of all nodes costs more in a large cluster. */
export const MAX_SINGLE_READS = 10;

/** Reads labels, annotations and taints of nodes from Kubernetes. */
export class NodeMetadataReader {
  constructor(private readonly platform: Pick<Platform, 'database' | 'kubernetes' | 'log'>) {}

  /**
   * Returns metadata, as the actor may read it, by `<cluster>/<Kubernetes name>`: one request per node for up to ten nodes of a cluster,
   * otherwise a list of all nodes in chunks of 500. Nodes that Kubernetes does not have and nodes of clusters
   * that are unavailable or do not let the actor read nodes are omitted.
   */
  async ofNodes(actor: Actor, keys: readonly string[]): Promise<Map<string, NodeMetadata>> {
    const user = impersonatedUser(actor);
    const byCluster = Map.groupBy(keys, (key) => key.slice(0, key.indexOf('/')));
    const accesses = await clusterAccess(this.platform.database.prisma, actor.account, [...byCluster.keys()]);
    const found = await Promise.all(
      [...accesses.values()].map((access) =>
        this.ofCluster({ access, user }, byCluster.get(access.clusterId) ?? []),
      ),
    );
    return new Map(found.flat().map(({ key, node }) => [key, metadataOf(node)]));
  }

  private async ofCluster(
    { access, user }: { readonly access: ClusterAccess; readonly user: KubernetesUser },
    keys: readonly string[],
  ) {
    const { clusterId } = access;
    const client = new KubernetesClient(this.platform.kubernetes.of(access), { clusterId, user });
    try {
      const nodes = await readNodes(
        client,
        keys.map((key) => key.slice(clusterId.length + 1)),
      );
      return nodes.map((node) => ({ key: `${clusterId}/${node.metadata?.name ?? ''}`, node }));
    } catch (error) {
      if (isForbidden(error)) return [];
      this.platform.log.warn({ err: error, clusterId }, 'the nodes of a cluster could not be read');
      return [];
    }
  }
}

async function readNodes(
  client: KubernetesClient,
  names: readonly string[],
): Promise<readonly LabelledNode[]> {
  if (names.length > MAX_SINGLE_READS) return client.all<LabelledNode>(NODES_PATH);
  const found = await Promise.all(names.map((name) => readNode<LabelledNode>(client, name)));
  return found.filter((node) => node !== undefined);
}
