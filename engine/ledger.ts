import type { Database, Transaction } from '../kernel/database.js';
import { refuse } from '../kernel/result.js';
import { Prisma } from '../prisma/generated/client.js';

/**
 * Counted resources. Who needs some reserves it in the transaction that needs it; the row of what is used is locked
 * until that transaction ends, so two who race for the last one cannot both get it.
 */

export interface Resource {
  /** What is counted, e.g. `payg-vcpu`. */
  readonly resource: string;
  /** What it is counted for: the id of a cluster or node pool, or '' for the whole account. */
  readonly scope: string;
}

export interface Reservation extends Resource {
  readonly account: string;
  /** How much, 0 or more. */
  readonly amount: number;
  /** Where in the input the amount was asked for. */
  readonly path?: readonly string[];
  /** The limit where it is computed and the account has no higher one of its own. */
  readonly computedLimit?: number;
}

export interface Balance extends Resource {
  /** null: no limit. */
  readonly limit: number | null;
  readonly used: number;
}

/** The account and scope that stand for all of them. */
const ANY = '*';

/** The limit that holds: the account's own for the scope, else its own for any scope, else everybody's; null: none. */
function limitOf(
  account: string,
  { resource, scope, computedLimit }: Resource & Pick<Reservation, 'computedLimit'>,
): Prisma.Sql {
  return Prisma.sql`greatest(${computedLimit ?? null}::int, (
    SELECT held."limit" FROM engine.ledger_limit AS held
    WHERE held.resource = ${resource}
      AND (held.account, held.scope) IN ((${account}, ${scope}), (${account}, ${ANY}), (${ANY}, ${ANY}))
    ORDER BY held.account = ${ANY}, held.scope = ${ANY} LIMIT 1))`;
}

/**
 * Takes the whole amount. Refuses `QUOTA_EXCEEDED` (details: resource, limit, used, requested) when it does not fit.
 * Taking 0 always fits; it says that the resource is counted in the scope, so that its quota can be read there.
 */
export async function reserve(tx: Transaction, request: Reservation): Promise<void> {
  const { account, resource, scope, amount } = request;
  if (amount <= 0) return open(tx, request);
  const limit = limitOf(account, request);
  const taken = await tx.$executeRaw`
    INSERT INTO engine.ledger_usage AS usage (account, resource, scope, used)
    SELECT ${account}, ${resource}, ${scope}, ${amount} WHERE ${amount} <= coalesce(${limit}, 2147483647)
    ON CONFLICT (account, resource, scope) DO UPDATE SET used = usage.used + ${amount}
    WHERE usage.used::bigint + ${amount} <= coalesce(${limit}, 2147483647)`;
  if (taken === 0) await refuseAmount(tx, request);
}

async function open(tx: Transaction, { account, resource, scope }: Reservation): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO engine.ledger_usage (account, resource, scope, used) VALUES (${account}, ${resource}, ${scope}, 0)
    ON CONFLICT DO NOTHING`;
}

async function refuseAmount(tx: Transaction, request: Reservation): Promise<never> {
  const [balance] = await balances(tx, request.account, [request]);
  const { resource, amount: requested, path } = request;
  const used = balance?.used ?? 0;
  const limit = Math.max(balance?.limit ?? 0, request.computedLimit ?? 0);
  return refuse(
    'QUOTA_EXCEEDED',
    `${resource}: ${requested} more do not fit, ${used} of ${limit} are in use.`,
    {
      ...(path && { path }),
      details: { resource, limit, used, requested },
    },
  );
}

/** Takes as much of the amount as fits, in whole multiples of `step` (default 1); answers how much that is. */
export async function reserveUpTo(
  tx: Transaction,
  request: Reservation & { readonly step?: number },
): Promise<number> {
  const { account, resource, scope, amount, step = 1 } = request;
  if (amount <= 0) return 0;
  // Touching the row locks it, whether or not it was there.
  const [row] = await tx.$queryRaw<{ used: number; limit: number | null }[]>`
    INSERT INTO engine.ledger_usage AS usage (account, resource, scope, used)
    VALUES (${account}, ${resource}, ${scope}, 0)
    ON CONFLICT (account, resource, scope) DO UPDATE SET used = usage.used
    RETURNING usage.used, ${limitOf(account, request)} AS "limit"`;
  const room = row?.limit == null ? amount : Math.max(0, row.limit - row.used);
  const granted = Math.floor(Math.min(amount, room) / step) * step;
  if (granted > 0) await add(tx, request, granted);
  return granted;
}

/** Gives back. More than is used leaves 0. */
export async function release(tx: Transaction, request: Reservation): Promise<void> {
  if (request.amount > 0) await add(tx, request, -request.amount);
}

async function add(
  tx: Transaction,
  { account, resource, scope }: Reservation,
  amount: number,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE engine.ledger_usage SET used = greatest(0, used + ${amount})
    WHERE account = ${account} AND resource = ${resource} AND scope = ${scope}`;
}

/** Writes down how much is used of something that others count, where it has been opened (by taking 0 of it). */
export async function noteUsage(
  database: Database | Transaction,
  account: string,
  { resource, scope }: Resource,
  used: number,
): Promise<void> {
  await database.ledgerUsage.updateMany({ where: { account, resource, scope }, data: { used } });
}

/** Forgets what was counted for a scope that is no more. */
export async function dropScope(tx: Transaction, account: string, scope: string): Promise<void> {
  await tx.ledgerUsage.deleteMany({ where: { account, scope } });
  await tx.ledgerLimit.deleteMany({ where: { account, scope } });
}

/** Sets the account's own limit; null lifts it. What is in use stays in use. */
export async function setLimit(
  tx: Transaction,
  account: string,
  { resource, scope }: Resource,
  limit: number | null,
): Promise<void> {
  await tx.ledgerLimit.upsert({
    where: { account_resource_scope: { account, resource, scope } },
    create: { account, resource, scope, limit },
    update: { limit },
  });
}

/** Sets the limits of every account that has none of its own. One statement. */
export async function setDefaultLimits(
  tx: Transaction,
  limits: readonly { readonly resource: string; readonly limit: number | null }[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO engine.ledger_limit (account, resource, scope, "limit")
    SELECT ${ANY}, given.resource, ${ANY}, given."limit"
    FROM jsonb_to_recordset(${JSON.stringify(limits)}::jsonb) AS given (resource text, "limit" int)
    ON CONFLICT (account, resource, scope) DO UPDATE SET "limit" = excluded."limit"
    WHERE ledger_limit."limit" IS DISTINCT FROM excluded."limit"`;
}

/** The limits of accounts that have none of their own, by resource; null: none. One statement. */
export async function defaultLimits(database: Database): Promise<Map<string, number | null>> {
  const rows = await database.ledgerLimit.findMany({ where: { account: ANY, scope: ANY } });
  return new Map(rows.map(({ resource, limit }) => [resource, limit]));
}

/** Limit and use of each, in the order asked for, in one statement. */
export async function balances(
  database: Database | Transaction,
  account: string,
  resources: readonly Resource[],
): Promise<Balance[]> {
  if (resources.length === 0) return [];
  const wanted = resources.map(({ resource, scope }) => ({ resource, scope }));
  return database.$queryRaw<Balance[]>`
    SELECT wanted.resource, wanted.scope, coalesce(usage.used, 0) AS used, held."limit"
    FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) AS (resource text, scope text))
         WITH ORDINALITY AS wanted (resource, scope, place)
    LEFT JOIN engine.ledger_usage AS usage
      ON usage.account = ${account} AND usage.resource = wanted.resource AND usage.scope = wanted.scope
    LEFT JOIN LATERAL (
      SELECT own."limit" FROM engine.ledger_limit AS own
      WHERE own.resource = wanted.resource
        AND ((own.account = ${account} AND own.scope IN (wanted.scope, ${ANY}))
             OR (own.account = ${ANY} AND own.scope = ${ANY}))
      ORDER BY own.account = ${ANY}, own.scope = ${ANY} LIMIT 1
    ) AS held ON true
    ORDER BY wanted.place`;
}
