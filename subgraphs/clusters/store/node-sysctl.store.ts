import type { Database } from '../../../kernel/postgres/database.js';

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

  /** Records values of some parameters; the others stay. */
  async record(nodeId: string, values: Sysctls): Promise<void> {
    await this.database.$executeRaw`
      UPDATE clusters.node SET sysctls = sysctls || ${JSON.stringify(values)}::jsonb WHERE id = ${nodeId}`;
  }
}
