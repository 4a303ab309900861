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
