import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { deleteLowerLimits } from '../../../engine/ledger/ledger-scopes.js';
import { setLimit } from '../../../engine/ledger/ledger.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { keyset } from '../../../kernel/postgres/keyset.js';
import { type Page, pageOf } from '../../../kernel/page.js';
import { ACCOUNT_SCOPE, GENERAL_SCOPE, type QuotaKey } from '../../../engine/ledger/quota-id.js';
import { createdAtColumn, type SortedPageRequest, type Sorting } from '../../../kernel/sorting.js';
import { Prisma } from '../../../prisma/generated/client.js';
import { QUOTA_APPLICATION_STATES, type QuotaApplicationState } from '../model/quota.enums.js';
import type { Decision, QuotaApplication } from '../model/quota-application.rules.js';

/** A stored application. */
export interface ApplicationRow extends QuotaApplication {
  /** The operator who approved it, as `account:subject`; null before the approval. */
  readonly approvedBy: string | null;
}

const checkApplications = checkedColumns('quotas.quota_application', 'id', {
  state: oneOf(QUOTA_APPLICATION_STATES),
});

const columns = { CREATED_AT: createdAtColumn };
type OrderField = keyof typeof columns;
export const applicationSorting: Sorting<QuotaApplication, OrderField> = { byId: 'DESC', columns };
export const undecidedSorting: Sorting<QuotaApplication, OrderField> = { byId: 'ASC', columns };

const UNDECIDED = { state: 'PENDING', approvedBy: null };

export interface ApplicationFilter {
  readonly states?: readonly QuotaApplicationState[] | undefined;
  readonly key?: QuotaKey | undefined;
}

/** Stores applications for higher limits. */
export class QuotaApplicationStore {
  constructor(private readonly database: Database) {}

  async create(tx: Transaction, row: ApplicationRow): Promise<void> {
    await tx.quotaApplication.create({ data: row });
  }

  /** The account's application, or that of any account if `account` is undefined. */
  find(
    id: string,
    account: string | undefined,
    tx: Database | Transaction = this.database,
  ): Promise<ApplicationRow | null> {
    return tx.quotaApplication
      .findFirst({
        where: { id, ...(account !== undefined && { account }) },
      })
      .then(checkApplications);
  }

  /** A page of the account's applications. */
  page(
    account: string,
    { states, key }: ApplicationFilter,
    page: SortedPageRequest<QuotaApplication>,
  ): Promise<Page<ApplicationRow>> {
    const ofState = states ? Prisma.sql`AND state = ANY(${[...states]}::text[])` : Prisma.empty;
    const ofKey = key ? Prisma.sql`AND resource = ${key.resource} AND scope = ${key.scope}` : Prisma.empty;
    return this.select(Prisma.sql`account = ${account} ${ofState} ${ofKey}`, page);
  }

  count(account: string, filter: ApplicationFilter): Promise<number> {
    return this.database.quotaApplication.count({ where: where(account, filter) });
  }

  /** Records the decision; false if the application was already decided. */
  async decide(
    tx: Transaction,
    id: string,
    { state, message }: Pick<Decision, 'state' | 'message'>,
    decidedAt: Date,
  ): Promise<boolean> {
    const { count } = await tx.quotaApplication.updateMany({
      where: { id, state: 'PENDING' },
      data: { state, message, decidedAt },
    });
    return count === 1;
  }

  /** A page of undecided applications of all accounts. */
  undecided(page: SortedPageRequest<QuotaApplication>): Promise<Page<ApplicationRow>> {
    return this.select(Prisma.sql`state = 'PENDING' AND approved_by IS NULL`, page);
  }

  private async select(
    restriction: Prisma.Sql,
    { limit, sort, key }: SortedPageRequest<QuotaApplication>,
  ): Promise<Page<ApplicationRow>> {
    const { afterKey: beyond, order } = keyset(sort, key);
    const rows = await this.database.$queryRaw<ApplicationRow[]>`
      SELECT id, account, resource, scope, "limit", reason, state, requested_by AS "requestedBy",
        approved_by AS "approvedBy", message, created_at AS "createdAt", decided_at AS "decidedAt"
      FROM quotas.quota_application WHERE ${restriction} ${beyond} ORDER BY ${order} LIMIT ${limit + 1}`.then(
      checkApplications,
    );
    return pageOf(rows, limit);
  }

  countUndecided(): Promise<number> {
    return this.database.quotaApplication.count({ where: UNDECIDED });
  }

  /** Records the approval by an operator; the engine raises the limit. */
  async approve(tx: Transaction, id: string, approvedBy: string): Promise<void> {
    await tx.quotaApplication.updateMany({ where: { id, ...UNDECIDED }, data: { approvedBy } });
  }

  /** Serializes increases of a quota until the transaction ends. */
  async lock(tx: Transaction, { account, resource, scope }: ApplicationRow): Promise<void> {
    await tx.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended(${JSON.stringify(['quota', account, resource, scope])}, 0))`;
  }

  /** Raises the account's limit; a general limit replaces lower ones of single scopes. */
  async raise(tx: Transaction, { account, resource, scope, limit }: ApplicationRow): Promise<void> {
    const general = scope === GENERAL_SCOPE || scope === ACCOUNT_SCOPE;
    await setLimit(tx, account, { resource, scope: general ? GENERAL_SCOPE : scope }, limit);
    if (general) await deleteLowerLimits(tx, account, { resource, limit });
  }
}

function where(account: string, { states, key }: ApplicationFilter) {
  return {
    account,
    ...(states && { state: { in: [...states] } }),
    ...(key && { resource: key.resource, scope: key.scope }),
  };
}
