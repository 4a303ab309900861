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
      'Private IPv4 address of its instance, a free one of its vSwitch; null until there is an instance, and for a virtual node, which is none.',
  })
  address(@Root() node: NodeRow): string | null {
    return isVirtual(node.instanceType) ? null : node.address;
  }

  @FieldResolver(() => VSwitch, {
    nullable: true,
    description:
      'The vSwitch that its instance is in; null until there is an instance, and for a virtual node.',
  })
  vSwitch(@Ctx() context: RequestContext, @Root() node: NodeRow) {
    return node.vSwitchId === null || isVirtual(node.instanceType)
      ? null
      : loadById(context, this.store.vSwitches, node.vSwitchId);
  }

  @FieldResolver(() => SecurityGroup, {
    nullable: true,
    description: 'The security group of its instance; null where the cluster has no network of the account.',
  })
  async securityGroup(@Ctx() context: RequestContext, @Root() node: NodeRow) {
    const network = await loadValue(context, this.store.networks, node.clusterId);
    const id = node.securityGroupId ?? network?.securityGroupId;
    return id === undefined ? null : loadById(context, this.store.securityGroups, id);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'Maximum number of its pods: with Flannel as many as its part of the pod CIDR has addresses, never more than 256; with Terway as many as its secondary network interfaces have addresses. Null for a virtual node, which has no limit of its own, and where the platform does not know.',
  })
  async maxPods(@Ctx() context: RequestContext, @Root() node: NodeRow): Promise<number | null> {
    const network = await loadValue(context, this.store.networks, node.clusterId);
    if (!network || isVirtual(node.instanceType)) return null;
    const type = (await this.catalog.read()).instanceTypes.get(node.instanceType);
    return maxPods(network, { enis: type?.enis ?? 0, ipsPerEni: type?.ipsPerEni ?? 0 });
  }
}
