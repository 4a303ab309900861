import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import type { Database } from '../../../../kernel/postgres/database.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { NodeRow } from '../../store/node.store.js';
import { Node } from '../entities/node.type.js';
import { type SysctlValue, sysctlValues } from '../../model/sysctl.rules.js';
import { loadValue } from '../entities/data-loaders.js';

type Sysctls = Readonly<Record<string, string>>;

/** The kernel parameters of nodes, as they were set by the platform. */
export class NodeSysctlStore {
  constructor(private readonly database: Database) {}

  readonly ofNodes = async (account: string, ids: readonly string[]): Promise<Map<string, Sysctls>> => {
    const rows = await this.database.node.findMany({
      where: { account, id: { in: [...ids] } },
      select: { id: true, sysctls: true },
    });
    return new Map(rows.map(({ id, sysctls }) => [id, sysctls as Sysctls]));
  };

  /** Notes values of some parameters; the others stay. */
  async note(nodeId: string, values: Sysctls): Promise<void> {
    await this.database.$executeRaw`
      UPDATE clusters.node SET sysctls = sysctls || ${JSON.stringify(values)}::jsonb WHERE id = ${nodeId}`;
  }
}

@ObjectType({ description: 'A kernel parameter of a node.' })
class Sysctl {
  @Field(() => String, { description: 'Its name, e.g. `net.ipv4.ip_forward`.' })
  name: string;

  @Field(() => String, {
    description:
      'Its value: what setNodeSysctls set last, or what performing or remediating a high-risk operation left; the recommended value before that.',
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
      'The kernel parameters that setNodeSysctls sets, in the order of their names. What somebody sets on the machine itself is not seen.',
  })
  async sysctls(@Ctx() context: RequestContext, @Root() { id }: NodeRow): Promise<SysctlValue[]> {
    return sysctlValues((await loadValue(context, this.store.ofNodes, id)) ?? {});
  }
}
