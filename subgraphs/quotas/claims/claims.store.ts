import type { CloudClaim } from '../../../engine/providers/claim-infrastructure.js';
import type { Database, Transaction } from '../../../kernel/database.js';
import type { CloudClaim as ClaimRow } from '../../../prisma/generated/client.js';

export type { ClaimRow };

/** What clusters have been granted and refused. */
export class ClaimStore {
  constructor(private readonly database: Database) {}

  all(): Promise<ClaimRow[]> {
    return this.database.cloudClaim.findMany({ orderBy: { id: 'asc' } });
  }

  async put(
    tx: Transaction,
    claim: CloudClaim,
    row: Pick<ClaimRow, 'state' | 'message' | 'createdAt'>,
  ): Promise<void> {
    const { id, account, clusterId, kind, namespace, name } = claim;
    await tx.cloudClaim.upsert({
      where: { id },
      create: { id, account, clusterId, kind, namespace, name, ...row },
      update: { state: row.state, message: row.message },
    });
  }

  /** Forgets a claim; false when somebody did before. */
  async remove(tx: Transaction, id: string): Promise<boolean> {
    const { count } = await tx.cloudClaim.deleteMany({ where: { id } });
    return count === 1;
  }
}
