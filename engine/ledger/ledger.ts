import type { Database, Transaction } from '../../kernel/postgres/database.js';
import { ProblemError } from '../../kernel/result.js';
import { Prisma } from '../../prisma/generated/client.js';
import { quotaExceeded } from './quota-exceeded.js';

/**
 * Quotas. A resource is reserved in the transaction that needs it; the row of its usage is locked until that transaction
 * ends, so two concurrent requests cannot both get the last unit.
 */

export interface Resource {
  /** Name of the counted resource, e.g. `payg-vcpu`. */
  readonly resource: string;
  /** Id of the cluster or node pool that it is counted for; '' for the whole account. */
  readonly scope: string;
}

export interface Reservation extends Resource {
  readonly account: string;
  /** 0 or more. */
  readonly amount: number;
  /** Path of the amount in the input. */
  readonly path?: readonly string[];
  /** Computed limit; a higher limit of the account takes precedence. */
  readonly computedLimit?: number;
}

export interface QuotaUsage extends Resource {
  /** null: no limit. */
  readonly limit: number | null;
  readonly used: number;
}

/** In the column `account`: every account. In the column `scope`: every scope. */
const ANY = '*';

/** The largest int4, above every limit. */
const UNLIMITED = 2_147_483_647;

/** The requests as a table `requested`, in their order. */
function requestedAmounts(requests: readonly (Resource & Partial<Reservation>)[]): Prisma.Sql {
  const rows = requests.map(({ resource, scope, amount, computedLimit }) => ({
    ...{ resource, scope, amount },
    computed: computedLimit,
  }));
  return Prisma.sql`
    ROWS FROM (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS (resource text, scope text, amount int, computed int))
    WITH ORDINALITY AS requested (resource, scope, amount, computed, place)`;
}

/**
 * SQL expression of the limit for a row of the table `of`: that of the account and scope, else of the account, else the
 * default; null: no limit.
 */
function limitOf(account: string, of: 'requested' | 'usage'): Prisma.Sql {
  const row = Prisma.raw(of);
  return Prisma.sql`(
    SELECT candidate."limit" FROM engine.ledger_limit AS candidate
    WHERE candidate.resource = ${row}.resource
      AND (candidate.account, candidate.scope) IN ((${account}, ${row}.scope), (${account}, ${ANY}), (${ANY}, ${ANY}))
    ORDER BY candidate.account = ${ANY}, candidate.scope = ${ANY} LIMIT 1)`;
}

/**
 * Reserves the whole amount. Throws `QUOTA_EXCEEDED` (details: quotaId, resource, limit, used, requested) when it does not
 * fit. Reserving 0 always succeeds; it makes the quota of the resource readable in the scope.
 */
export async function reserve(tx: Transaction, request: Reservation): Promise<void> {
  if (request.amount <= 0) return openScope(tx, request);
  await reserveAll(tx, request.account, [request]);
}

/** Reserves several resources, each named once, in one statement; locks their rows in this order. */
export async function reserveAll(
  tx: Transaction,
  account: string,
  requests: readonly Omit<Reservation, 'account'>[],
): Promise<void> {
  if (requests.length === 0) return;
  const requested = requestedAmounts(requests);
  const computed = Prisma.sql`(
    SELECT requested.computed FROM ${requested} WHERE requested.resource = usage.resource AND requested.scope = usage.scope)`;
  const reserved = await tx.$queryRaw<Resource[]>`
    INSERT INTO engine.ledger_usage AS usage (account, resource, scope, used)
    SELECT ${account}, requested.resource, requested.scope, requested.amount FROM ${requested}
    WHERE requested.amount <= coalesce(greatest(requested.computed, ${limitOf(account, 'requested')}), ${UNLIMITED})
    ORDER BY requested.place
    ON CONFLICT (account, resource, scope) DO UPDATE SET used = usage.used + excluded.used
    WHERE excluded.used = 0
       OR usage.used::bigint + excluded.used
          <= coalesce(greatest(${computed}, ${limitOf(account, 'usage')}), ${UNLIMITED})
    RETURNING usage.resource, usage.scope`;
  const rejected = requests.find((request) => !reserved.some((row) => isSame(row, request)));
  if (rejected) await throwQuotaExceeded(tx, { ...rejected, account });
}

function isSame(a: Resource, b: Resource): boolean {
  return a.resource === b.resource && a.scope === b.scope;
}

async function openScope(tx: Transaction, { account, resource, scope }: Reservation): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO engine.ledger_usage (account, resource, scope, used) VALUES (${account}, ${resource}, ${scope}, 0)
    ON CONFLICT DO NOTHING`;
}

async function throwQuotaExceeded(tx: Transaction, request: Reservation): Promise<never> {
  const [usage] = await readQuotaUsage(tx, request.account, [request]);
  const { resource, scope, amount: requested, path } = request;
  const limit = Math.max(usage?.limit ?? 0, request.computedLimit ?? 0);
  const excess = { resource, scope, limit, used: usage?.used ?? 0, requested };
  throw new ProblemError([quotaExceeded(excess, { path })]);
}

/** Reserves the largest multiple of `step` (default 1) up to the amount that fits; returns it. */
export async function reserveUpTo(
  tx: Transaction,
  request: Reservation & { readonly step?: number },
): Promise<number> {
  const { account, amount, computedLimit = null, step = 1 } = request;
  if (amount <= 0) return 0;
  const [row] = await lockQuotaUsage(tx, account, [request]);
  const limit = row?.limit == null ? computedLimit : Math.max(row.limit, computedLimit ?? 0);
  const room = limit === null ? amount : Math.max(0, limit - (row?.used ?? 0));
  const granted = Math.floor(Math.min(amount, room) / step) * step;
  await adjustUsage(tx, account, [{ ...request, amount: granted }]);
  return granted;
}

/**
 * Limit and usage of each resource, in the given order, with their rows locked until the transaction ends: a caller that
 * reserves resources that depend on each other locks all, decides, and adjusts them together.
 */
export async function lockQuotaUsage(
  tx: Transaction,
  account: string,
  resources: readonly Resource[],
): Promise<QuotaUsage[]> {
  if (resources.length === 0) return [];
  const requested = requestedAmounts(resources);
  const locked = await tx.$queryRaw<QuotaUsage[]>`
    SELECT usage.resource, usage.scope, usage.used, ${limitOf(account, 'usage')} AS "limit"
    FROM ${requested} JOIN engine.ledger_usage AS usage
      ON usage.account = ${account} AND usage.resource = requested.resource AND usage.scope = requested.scope
    ORDER BY requested.place FOR UPDATE OF usage`;
  if (locked.length === resources.length) return locked;
  await tx.$executeRaw`
    INSERT INTO engine.ledger_usage (account, resource, scope, used)
    SELECT ${account}, requested.resource, requested.scope, 0 FROM ${requested} ORDER BY requested.place
    ON CONFLICT DO NOTHING`;
  return lockQuotaUsage(tx, account, resources);
}

/** Number of times that the amount fits into the remaining quota. */
export function remainingMultiples(
  { limit, used }: Pick<QuotaUsage, 'limit' | 'used'>,
  amount: number,
): number {
  return limit === null ? Infinity : Math.max(0, Math.floor((limit - used) / amount));
}

/** Adds to the usages in this order, in one statement. A negative amount releases; the usage never falls below 0. */
export async function adjustUsage(
  tx: Transaction,
  account: string,
  changes: readonly (Resource & { readonly amount: number })[],
): Promise<void> {
  const real = changes.filter(({ amount }) => amount !== 0);
  if (real.length === 0) return;
  await tx.$executeRaw`
    WITH locked AS MATERIALIZED (
      SELECT usage.resource, usage.scope, requested.amount
      FROM ${requestedAmounts(real)} JOIN engine.ledger_usage AS usage
        ON usage.account = ${account} AND usage.resource = requested.resource AND usage.scope = requested.scope
      ORDER BY requested.place FOR UPDATE OF usage)
    UPDATE engine.ledger_usage AS usage SET used = greatest(0, usage.used + locked.amount) FROM locked
    WHERE usage.account = ${account} AND usage.resource = locked.resource AND usage.scope = locked.scope`;
}

/** Releases an amount; the usage never falls below 0. */
export async function release(tx: Transaction, { account, amount, ...resource }: Reservation): Promise<void> {
  if (amount > 0) await adjustUsage(tx, account, [{ ...resource, amount: -amount }]);
}

/** Sets the usage of a resource that is counted elsewhere, if it was opened in the scope by reserving 0. */
export async function setUsage(
  database: Database | Transaction,
  account: string,
  { resource, scope }: Resource,
  used: number,
): Promise<void> {
  await database.ledgerUsage.updateMany({ where: { account, resource, scope }, data: { used } });
}

/** Deletes usages and limits of a deleted scope. */
export async function deleteScope(tx: Transaction, account: string, scope: string): Promise<void> {
  await tx.ledgerUsage.deleteMany({ where: { account, scope } });
  await tx.ledgerLimit.deleteMany({ where: { account, scope } });
}

/** Sets the account's own limit; null removes the limit. The usage is unchanged. */
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

/** Sets the default limits in one statement. */
export async function setDefaultLimits(
  tx: Transaction,
  limits: readonly { readonly resource: string; readonly limit: number | null }[],
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO engine.ledger_limit (account, resource, scope, "limit")
    SELECT ${ANY}, defaults.resource, ${ANY}, defaults."limit"
    FROM jsonb_to_recordset(${JSON.stringify(limits)}::jsonb) AS defaults (resource text, "limit" int)
    ON CONFLICT (account, resource, scope) DO UPDATE SET "limit" = excluded."limit"
    WHERE ledger_limit."limit" IS DISTINCT FROM excluded."limit"`;
}

/** The default limits by resource; null: no limit. One statement. */
export async function defaultLimits(database: Database): Promise<Map<string, number | null>> {
  const rows = await database.ledgerLimit.findMany({ where: { account: ANY, scope: ANY } });
  return new Map(rows.map(({ resource, limit }) => [resource, limit]));
}

/** Limit and usage of each resource, in the given order, in one statement. */
export async function readQuotaUsage(
  database: Database | Transaction,
  account: string,
  resources: readonly Resource[],
): Promise<QuotaUsage[]> {
  if (resources.length === 0) return [];
  const rows = await database.$queryRaw<Pick<QuotaUsage, 'limit' | 'used'>[]>`
    SELECT coalesce(usage.used, 0) AS used,
           CASE WHEN own.account IS NOT NULL THEN own."limit"
                WHEN general.account IS NOT NULL THEN general."limit" ELSE everybody."limit" END AS "limit"
    FROM unnest(${resources.map(({ resource }) => resource)}::text[], ${resources.map(({ scope }) => scope)}::text[])
         WITH ORDINALITY AS requested (resource, scope, place)
    LEFT JOIN engine.ledger_usage AS usage
      ON usage.account = ${account} AND usage.resource = requested.resource AND usage.scope = requested.scope
    LEFT JOIN engine.ledger_limit AS own
      ON own.account = ${account} AND own.resource = requested.resource AND own.scope = requested.scope
    LEFT JOIN engine.ledger_limit AS general
      ON general.account = ${account} AND general.resource = requested.resource AND general.scope = ${ANY}
    LEFT JOIN engine.ledger_limit AS everybody
      ON everybody.account = ${ANY} AND everybody.resource = requested.resource AND everybody.scope = ${ANY}
    ORDER BY requested.place`;
  return resources.map(({ resource, scope }, index) => ({
    resource,
    scope,
    limit: null,
    used: 0,
    ...rows[index],
  }));
}
