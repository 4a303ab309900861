import type { Database } from '../../../kernel/postgres/database.js';

type Sysctls = Readonly<Record<string, string>>;

/** Kernel parameters that the platform has set on nodes. */
export class NodeSysctlStore {
  constructor(private readonly database: Database) {}

  readonly ofNodes = async (account: string, ids: readonly string[]): Promise<Map<string, Sysctls>> => {
    const rows = await this.database.node.findMany({
      where: { account, id: { in: [...ids] } },
      select: { id: true, sysctls: true },
    });
    return new Map(rows.map(({ id, sysctls }) => [id, sysctls as Sysctls]));
  };

  /** Records values of some parameters; the others keep their value. */
  async record(nodeId: string, values: Sysctls): Promise<void> {
    await this.database.$executeRaw`
      UPDATE clusters.node SET sysctls = sysctls || ${JSON.stringify(values)}::jsonb WHERE id = ${nodeId}`;
  }
}
