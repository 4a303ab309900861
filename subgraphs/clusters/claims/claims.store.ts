import { balances, release } from '../../../engine/ledger.js';
import type { CloudClaim } from '../../../engine/providers/claim-infrastructure.js';
import type { Database, Transaction } from '../../../kernel/database.js';
import type { CloudClaim as ClaimRow } from '../../../prisma/generated/client.js';
import { type BalancerLimits, LISTENERS, placesOf, SERVERS } from './claims.rules.js';

export type { ClaimRow };

/** The scope of a limit that holds for each load balancer. */
const EACH = '*';

/** Everything that clusters have been granted and refused. */
export function allClaims(database: Database): Promise<ClaimRow[]> {
  return database.cloudClaim.findMany({ orderBy: { id: 'asc' } });
}

/** What clusters of the account have been granted, many clusters in a statement. */
export async function grantedClaims(
  database: Database | Transaction,
  account: string,
  clusterIds: readonly string[],
): Promise<Map<string, ClaimRow[]>> {
  const rows = await database.cloudClaim.findMany({
    where: { account, clusterId: { in: [...clusterIds] }, state: 'GRANTED' },
    orderBy: { id: 'asc' },
  });
  return Map.groupBy(rows, ({ clusterId }) => clusterId);
}

/** Writes down what became of a claim. */
export async function putClaim(
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

/** Forgets a claim and gives back the places that it holds; of one that somebody forgot before, nothing. */
export async function removeClaim(tx: Transaction, { id, account, ...claim }: ClaimRow): Promise<void> {
  const { count } = await tx.cloudClaim.deleteMany({ where: { id } });
  if (count === 0 || claim.state !== 'GRANTED') return;
  const { clusterId } = claim;
  const kind = claim.kind as CloudClaim['kind'];
  for (const place of placesOf({ kind, clusterId })) await release(tx, { ...place, account, amount: 1 });
}

/** Forgets all claims of a cluster that is gone and gives back what they hold. */
export async function removeClaimsOf(tx: Transaction, clusterId: string): Promise<void> {
  const rows = await tx.cloudClaim.findMany({ where: { clusterId }, orderBy: { id: 'asc' } });
  for (const row of rows) await removeClaim(tx, row);
}

/** What holds for each load balancer of the accounts; one statement for each account. */
export async function balancerLimits(
  database: Database,
  accounts: readonly string[],
): Promise<Map<string, BalancerLimits>> {
  const limits = new Map<string, BalancerLimits>();
  for (const account of new Set(accounts)) {
    const [listeners, servers] = await balances(database, account, [
      { resource: LISTENERS, scope: EACH },
      { resource: SERVERS, scope: EACH },
    ]);
    limits.set(account, { listeners: listeners?.limit ?? null, servers: servers?.limit ?? null });
  }
  return limits;
}
