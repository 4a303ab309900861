import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { type ClusterAccess, clusterAccess } from '../../../../engine/kubernetes/cluster-access.js';
import type { Platform } from '../../../../engine/platform.js';
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
  RUNNING: 'It works.',
  NOT_READY: 'It is not running; `message` has the reason.',
  UNKNOWN:
    'Nothing is heard of it: Kubernetes does not know the node yet or does not answer, or the kubelet is silent.',
});
type NodeComponentStatus = keyof typeof NodeComponentStatus;

@ObjectType({ description: 'What an instance runs to be a node.' })
class NodeComponent {
  @Field(() => String, { description: '`kubelet`, `containerd`, `etcd`, …' })
  name: string;

  @Field(() => String, { nullable: true, description: 'Its version; null where it is not reported.' })
  version: string | null;

  @Field(() => NodeComponentStatus, {
    description:
      'Current state by itself: the kubelet by whether it posts the status of the node, the container runtime by what the kubelet says of it, kube-proxy and the network plugin by their pods on the node (of the network plugin also by the condition NetworkUnavailable), components of the control plane by their replica on the instance.',
  })
  status: string;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is not running, or its state is unknown; null while it runs.',
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
      "The components that it runs, each with its own state: kubelet, kube-proxy, container runtime and network plugin; on a master the control plane's components, too. Asks the cluster's Kubernetes API.",
  })
  async components(@Ctx() context: RequestContext, @Root() node: NodeRow) {
    const cluster = await loadById(context, this.stores.clusters.byIds, node.clusterId);
    if (!cluster) return [];
    const plane = await loadValue(context, this.stores.controlPlanes.ofClusters, cluster.id);
    const report = await loadValue(context, this.reports, `${cluster.id}/${node.name}`);
    return nodeComponents({
      name: node.name,
      role: node.role,
      networkPlugin: cluster.networkPlugin,
      clusterVersion: cluster.version,
      report,
      replicas: plane ? replicasOf(plane) : [],
    });
  }

  /** Reads node reports by `<cluster>/<name>`; nodes of clusters that do not respond are omitted. */
  private readonly reports = async (
    account: string,
    keys: readonly string[],
  ): Promise<Map<string, NodeReport>> => {
    const byCluster = Map.groupBy(keys, (key) => key.slice(0, key.indexOf('/')));
    const accesses = await clusterAccess(this.platform.database.prisma, account, [...byCluster.keys()]);
    const found = await Promise.all(
      [...accesses.values()].map((access) => this.ofCluster(access, byCluster.get(access.clusterId) ?? [])),
    );
    return new Map(found.flat());
  };

  private async ofCluster(access: ClusterAccess, keys: readonly string[]): Promise<[string, NodeReport][]> {
    const { kubernetes, log } = this.platform;
    const { clusterId } = access;
    const names = keys.map((key) => key.slice(clusterId.length + 1));
    try {
      const reports = await readNodeReports(kubernetes, access, names);
      return [...reports].map(([name, report]) => [`${clusterId}/${name}`, report]);
    } catch (error) {
      log.warn({ err: error, clusterId }, 'the nodes of a cluster could not be listed');
      return [];
    }
  }
}
