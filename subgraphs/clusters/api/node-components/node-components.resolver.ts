import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { impersonatedUser, type KubernetesUser } from '../../../../access/kubernetes-user.js';
import { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { type ClusterAccess, clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import { isForbidden } from '../../../../engine/kubernetes/kubernetes-error.js';
import type { Platform } from '../../../../engine/platform.js';
import type { Actor } from '../../../../kernel/actor.js';
import { Cost } from '../../../runtime/graph/cost.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterStore } from '../../store/cluster.store.js';
import { type ControlPlaneStore, replicasOf } from '../../store/control-plane.store.js';
import { loadById, loadValue } from '../entities/data-loaders.js';
import type { NodeRow } from '../../store/node.store.js';
import { Node } from '../entities/node.type.js';
import { nodeComponents, type NodeReport } from '../../model/node-components.rules.js';
import { readNodeReports } from './node-report.reader.js';

const NodeComponentStatus = graphEnum('NodeComponentStatus', 'State of a component of a node.', {
  RUNNING: 'The component is running.',
  NOT_READY: 'The component is not running; see message.',
  UNKNOWN:
    'The state is not known: Kubernetes does not have the node yet or does not answer, or the kubelet does not report.',
});
type NodeComponentStatus = keyof typeof NodeComponentStatus;

@ObjectType({ description: 'A component that runs on a node.' })
class NodeComponent {
  @Field(() => String, { description: '`kubelet`, `containerd`, `etcd`, …' })
  name: string;

  @Field(() => String, {
    nullable: true,
    description: 'Version of the component. Null if it is not reported.',
  })
  version: string | null;

  @Field(() => NodeComponentStatus, {
    description:
      'State of the component. The kubelet: whether it posts the node status. The container runtime: as the kubelet reports it. kube-proxy and the network plugin: the state of their pods on the node, for the network plugin also the condition NetworkUnavailable. Control plane components: the state of their replica on the instance.',
  })
  status: string;

  @Field(() => String, {
    nullable: true,
    description: 'Reason why the component is not running or its state is unknown. Null while it runs.',
  })
  message: string | null;
}

interface Stores {
  readonly clusters: ClusterStore;
  readonly controlPlanes: ControlPlaneStore;
}

@Resolver(() => Node)
export class NodeComponentsResolver {
  constructor(
    private readonly stores: Stores,
    private readonly platform: Pick<Platform, 'database' | 'kubernetes' | 'log'>,
  ) {}

  @Cost(200)
  @FieldResolver(() => [NodeComponent], {
    description:
      'Components that run on the node, with their states: kubelet, kube-proxy, container runtime and network plugin, on a master also the control plane components. Reads from the Kubernetes API of the cluster.',
  })
  async components(@Ctx() context: RequestContext, @Root() node: NodeRow) {
    const cluster = await loadById(context, this.stores.clusters.byIds, node.clusterId);
    if (!cluster) return [];
    const plane = await loadValue(context, this.stores.controlPlanes.ofClusters, cluster.id);
    const loader = context.loaders.of<string, NodeReport | undefined>(this, async (keys) => {
      const found = await this.reports(context.actor, keys);
      return keys.map((key) => found.get(key));
    });
    const report = await loader.load(`${cluster.id}/${node.name}`);
    return nodeComponents({
      name: node.name,
      role: node.role,
      networkPlugin: cluster.networkPlugin,
      clusterVersion: cluster.version,
      report,
      replicas: plane ? replicasOf(plane) : [],
    });
  }

  /**
   * Reads node reports, as the actor may read them, by `<cluster>/<name>`; nodes of clusters that do not respond or do not let the
   * actor read nodes are omitted.
   */
  private async reports(actor: Actor, keys: readonly string[]): Promise<Map<string, NodeReport>> {
    const user = impersonatedUser(actor);
    const byCluster = Map.groupBy(keys, (key) => key.slice(0, key.indexOf('/')));
    const accesses = await clusterAccess(this.platform.database.prisma, actor.account, [...byCluster.keys()]);
    const found = await Promise.all(
      [...accesses.values()].map((access) =>
        this.ofCluster({ access, user }, byCluster.get(access.clusterId) ?? []),
      ),
    );
    return new Map(found.flat());
  }

  private async ofCluster(
    { access, user }: { readonly access: ClusterAccess; readonly user: KubernetesUser },
    keys: readonly string[],
  ): Promise<[string, NodeReport][]> {
    const { kubernetes, log } = this.platform;
    const { clusterId } = access;
    const client = new KubernetesClient(kubernetes.of(access), { clusterId, user });
    const names = keys.map((key) => key.slice(clusterId.length + 1));
    try {
      const reports = await readNodeReports(client, names);
      return [...reports].map(([name, report]) => [`${clusterId}/${name}`, report]);
    } catch (error) {
      if (isForbidden(error)) return [];
      log.warn({ err: error, clusterId }, 'the nodes of a cluster could not be listed');
      return [];
    }
  }
}
