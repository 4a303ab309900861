import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { NodeSysctlStore } from '../../store/node-sysctl.store.js';
import type { NodeRow } from '../../store/node.store.js';
import { Node } from '../entities/node.type.js';
import { type SysctlValue, sysctlValues } from '../../model/sysctl.rules.js';
import { loadValue } from '../entities/data-loaders.js';

@ObjectType({ description: 'A kernel parameter of a node.' })
class Sysctl {
  @Field(() => String, { description: 'Name of the parameter, e.g. `net.ipv4.ip_forward`.' })
  name: string;

  @Field(() => String, {
    description:
      'Its value: the last one set by setNodeSysctls, or by simulating or remediating a high-risk operation; the recommended value before that.',
  })
  value: string;

  @Field(() => String, {
    description: 'The value with which the network of the node works, by the list of high-risk operations.',
  })
  recommendedValue: string;
}

@Resolver(() => Node)
export class NodeSysctlResolver {
  constructor(private readonly store: NodeSysctlStore) {}

  @FieldResolver(() => [Sysctl], {
    description:
      'The kernel parameters that setNodeSysctls sets, in the order of their names. Values that are set on the instance itself are not seen.',
  })
  async sysctls(@Ctx() context: RequestContext, @Root() { id }: NodeRow): Promise<SysctlValue[]> {
    return sysctlValues((await loadValue(context, this.store.ofNodes, id)) ?? {});
  }
}
