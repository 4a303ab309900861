import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterCatalogStore } from '../../store/catalog.store.js';
import { isVirtual } from '../../model/instance-category.js';
import { loadById, loadValue } from '../entities/data-loaders.js';
import type { NodeRow } from '../../store/node.store.js';
import { Node } from '../entities/node.type.js';
import { maxPods } from '../../model/max-pods.rules.js';
import type { NetworkStore } from '../../store/network.store.js';
import { SecurityGroup, VSwitch } from '../entities/network.type.js';

@Resolver(() => Node)
export class NodeNetworkResolver {
  constructor(
    private readonly store: NetworkStore,
    private readonly catalog: ClusterCatalogStore,
  ) {}

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Private IPv4 address of the instance, from its vSwitch. Null until there is an instance, and for a virtual node.',
  })
  address(@Root() node: NodeRow): string | null {
    return isVirtual(node.instanceType) ? null : node.address;
  }

  @FieldResolver(() => VSwitch, {
    nullable: true,
    description: 'vSwitch of the instance. Null until there is an instance, and for a virtual node.',
  })
  vSwitch(@Ctx() context: RequestContext, @Root() node: NodeRow) {
    return node.vSwitchId === null || isVirtual(node.instanceType)
      ? null
      : loadById(context, this.store.vSwitches, node.vSwitchId);
  }

  @FieldResolver(() => SecurityGroup, {
    nullable: true,
    description: 'Security group of the instance. Null if the cluster has no network of the account.',
  })
  async securityGroup(@Ctx() context: RequestContext, @Root() node: NodeRow) {
    const network = await loadValue(context, this.store.networks, node.clusterId);
    const id = node.securityGroupId ?? network?.securityGroupId;
    return id === undefined ? null : loadById(context, this.store.securityGroups, id);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'Maximum number of pods on the node. With Flannel: the number of addresses in its part of the pod CIDR, at most 256. With Terway: the number of addresses of its secondary network interfaces. Null for a virtual node, which has no limit, and when unknown.',
  })
  async maxPods(@Ctx() context: RequestContext, @Root() node: NodeRow): Promise<number | null> {
    const network = await loadValue(context, this.store.networks, node.clusterId);
    if (!network || isVirtual(node.instanceType)) return null;
    const type = (await this.catalog.read()).instanceTypes.get(node.instanceType);
    return maxPods(network, { enis: type?.enis ?? 0, ipsPerEni: type?.ipsPerEni ?? 0 });
  }
}
