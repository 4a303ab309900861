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
      'Value of the parameter: the last one set by setNodeSysctls or by simulating or remediating a high-risk operation. Initially the recommended value.',
  })
  value: string;

  @Field(() => String, {
    description: 'Value that the network of the node requires, from the list of high-risk operations.',
  })
  recommendedValue: string;
}

@Resolver(() => Node)
export class NodeSysctlResolver {
  constructor(private readonly store: NodeSysctlStore) {}

  @FieldResolver(() => [Sysctl], {
    description:
      'Kernel parameters that setNodeSysctls can set, sorted by name. Values that are set on the instance directly are not included.',
  })
  async sysctls(@Ctx() context: RequestContext, @Root() { id }: NodeRow): Promise<SysctlValue[]> {
    return sysctlValues((await loadValue(context, this.store.ofNodes, id)) ?? {});
  }
}
