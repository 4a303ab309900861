import { Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../kernel/subgraph.js';
import type { CatalogueStore } from '../catalogue/catalogue.store.js';
import { loadValue } from '../loading.js';
import type { NodeRow } from '../node/node.store.js';
import { Node } from '../node/node.type.js';
import { maxPods } from './max-pods.rules.js';
import type { NetworkStore } from './network.store.js';

@Resolver(() => Node)
export class NodeNetworkResolver {
  constructor(
    private readonly store: NetworkStore,
    private readonly catalogue: CatalogueStore,
  ) {}

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      'Pods that it runs at the most: with Flannel as many as its part of the pod CIDR has addresses, never more than 256; with Terway as many as its secondary network interfaces have addresses. Null where the platform does not know.',
  })
  async maxPods(@Ctx() context: RequestContext, @Root() node: NodeRow): Promise<number | null> {
    const network = await loadValue(context, this.store.networks, node.clusterId);
    if (!network) return null;
    const type = (await this.catalogue.catalogue()).instanceTypes.get(node.instanceType);
    return maxPods(network, { enis: type?.enis ?? 0, ipsPerEni: type?.ipsPerEni ?? 0 });
  }
}
