import { balances } from '../../../engine/ledger.js';
import type { CloudClaim } from '../../../engine/providers/claim-infrastructure.js';
import type { Database, Transaction } from '../../../kernel/database.js';
import type { CloudClaim as ClaimRow } from '../../../prisma/generated/client.js';

import { type BalancerLimits, LISTENERS, SERVERS } from './claims.rules.js';

export type { ClaimRow };

/** The scope of a limit that holds for each load balancer. */
const EACH = '*';

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

  /** What holds for each load balancer of the accounts; one statement for each account. */
  async balancerLimits(accounts: readonly string[]): Promise<Map<string, BalancerLimits>> {
    const limits = new Map<string, BalancerLimits>();
    for (const account of new Set(accounts)) {
      const [listeners, servers] = await balances(this.database, account, [
        { resource: LISTENERS, scope: EACH },
        { resource: SERVERS, scope: EACH },
      ]);
      limits.set(account, { listeners: listeners?.limit ?? null, servers: servers?.limit ?? null });
    }
    return limits;
  }

  /** Forgets a claim; false when somebody did before. */
  async remove(tx: Transaction, id: string): Promise<boolean> {
    const { count } = await tx.cloudClaim.deleteMany({ where: { id } });
    return count === 1;
  }
}
