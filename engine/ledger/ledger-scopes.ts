import type { Database, Transaction } from '../../kernel/postgres/database.js';

/** The scopes (clusters, node pools) in which an account's resources are counted. */

/** The highest usage of a scope by resource, without resources of the whole account. One statement. */
export async function peakUsage(
  database: Database | Transaction,
  account: string,
): Promise<Map<string, number>> {
  const rows = await database.$queryRaw<{ resource: string; used: number }[]>`
    SELECT resource, max(used) AS used FROM engine.ledger_usage
    WHERE account = ${account} AND scope <> '' GROUP BY resource`;
  return new Map(rows.map((row) => [row.resource, row.used]));
}

/** The resources counted in the scope; empty when the account has no such scope. One statement. */
export async function resourcesIn(
  database: Database | Transaction,
  account: string,
  scope: string,
): Promise<string[]> {
  const rows = await database.ledgerUsage.findMany({ where: { account, scope }, select: { resource: true } });
  return rows.map((row) => row.resource);
}

/**
 * The given clusters and node pools that belong or belonged to the account: those with a usage row or an operation of the
 * account. One statement.
 */
export async function scopesOf(
  database: Database | Transaction,
  account: string,
  scopes: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await database.$queryRaw<{ scope: string }[]>`
    SELECT scope FROM unnest(${scopes}::text[]) AS requested (scope)
    WHERE EXISTS (SELECT FROM engine.ledger_usage AS usage WHERE usage.account = ${account} AND usage.scope = requested.scope)
       OR EXISTS (SELECT FROM engine.operation WHERE target_id = requested.scope AND account = ${account})
       OR EXISTS (SELECT FROM engine.operation WHERE cluster_id = requested.scope AND account = ${account})`;
  return new Set(rows.map(({ scope }) => scope));
}

/** Deletes limits of single scopes that are lower than the account's new limit of the resource. */
export async function deleteLowerLimits(
  tx: Transaction,
  account: string,
  { resource, limit }: { readonly resource: string; readonly limit: number },
): Promise<void> {
  await tx.ledgerLimit.deleteMany({
    where: { account, resource, scope: { not: '*' }, limit: { lt: limit } },
  });
}

/** Deletes the usage row of a scope if it is 0. */
export async function deleteUnusedScope(
  tx: Transaction,
  account: string,
  { resource, scope }: { readonly resource: string; readonly scope: string },
): Promise<void> {
  await tx.ledgerUsage.deleteMany({ where: { account, resource, scope, used: 0 } });
}

/** Deletes usage and limits of a product's resources in a scope. */
export async function deleteProductQuotas(
  tx: Transaction,
  account: string,
  { product, scope }: { readonly product: string; readonly scope: string },
): Promise<void> {
  const where = { account, scope, resource: { startsWith: `${product}/` } };
  await tx.ledgerUsage.deleteMany({ where });
  await tx.ledgerLimit.deleteMany({ where });
}
