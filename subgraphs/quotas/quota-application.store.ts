import { dropLowerLimits } from '../../engine/ledger-scopes.js';
import { setLimit } from '../../engine/ledger.js';
import type { Database, Transaction } from '../../kernel/database.js';
import { type Page, type PageRequest, pageOf } from '../../kernel/page.js';
import { ACCOUNT_SCOPE, GENERAL_SCOPE, type QuotaKey } from '../../kernel/quota-id.js';
import type { Decision } from './quota-application.rules.js';
import type { QuotaApplication, QuotaApplicationState } from './quota-application.type.js';

/** An application as it is stored. */
export interface ApplicationRow extends QuotaApplication {
  /** Who of the platform's operators approved it; null: nobody yet. */
  readonly approvedBy: string | null;
}

const UNDECIDED = { state: 'PENDING', approvedBy: null };

export interface ApplicationFilter {
  readonly state?: QuotaApplicationState | undefined;
  readonly key?: QuotaKey | undefined;
}

/** Requests for higher limits. */
export class QuotaApplicationStore {
  constructor(private readonly database: Database) {}

  async create(tx: Transaction, row: ApplicationRow): Promise<void> {
    await tx.quotaApplication.create({ data: row });
  }

  /** The account's application, or anybody's when the reconciler asks (account undefined). */
  async find(
    id: string,
    account: string | undefined,
    tx: Database | Transaction = this.database,
  ): Promise<ApplicationRow | null> {
    const row = await tx.quotaApplication.findFirst({
      where: { id, ...(account !== undefined && { account }) },
    });
    return row as ApplicationRow | null;
  }

  /** The account's applications, newest first. The key of a page is the last id. */
  async page(account: string, filter: ApplicationFilter, page: PageRequest): Promise<Page<ApplicationRow>> {
    const before = page.key?.[0];
    const rows = await this.database.quotaApplication.findMany({
      where: { ...where(account, filter), ...(before !== undefined && { id: { lt: before } }) },
      orderBy: { id: 'desc' },
      take: page.limit + 1,
    });
    return pageOf(rows as ApplicationRow[], page.limit);
  }

  count(account: string, filter: ApplicationFilter): Promise<number> {
    return this.database.quotaApplication.count({ where: where(account, filter) });
  }

  /** Records the decision; false when somebody decided before. */
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

  /** The applications of all accounts that wait for an operator, oldest first. The key of a page is the last id. */
  async undecided(page: PageRequest): Promise<Page<ApplicationRow>> {
    const after = page.key?.[0];
    const rows = await this.database.quotaApplication.findMany({
      where: { ...UNDECIDED, ...(after !== undefined && { id: { gt: after } }) },
      orderBy: { id: 'asc' },
      take: page.limit + 1,
    });
    return pageOf(rows as ApplicationRow[], page.limit);
  }

  countUndecided(): Promise<number> {
    return this.database.quotaApplication.count({ where: UNDECIDED });
  }

  /** Records that an operator approves it; the engine raises the limit. */
  async approve(tx: Transaction, id: string, approvedBy: string): Promise<void> {
    await tx.quotaApplication.updateMany({ where: { id, ...UNDECIDED }, data: { approvedBy } });
  }

  /** One at a time may raise a quota: waits for whoever is doing it, until the transaction ends. */
  async lock(tx: Transaction, { account, resource, scope }: ApplicationRow): Promise<void> {
    await tx.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended(${JSON.stringify(['quota', account, resource, scope])}, 0))`;
  }

  /** Raises the account's limit; a general limit lifts every single one that is lower. */
  async raise(tx: Transaction, { account, resource, scope, limit }: ApplicationRow): Promise<void> {
    const general = scope === GENERAL_SCOPE || scope === ACCOUNT_SCOPE;
    await setLimit(tx, account, { resource, scope: general ? GENERAL_SCOPE : scope }, limit);
    if (general) await dropLowerLimits(tx, account, { resource, limit });
  }
}

function where(account: string, { state, key }: ApplicationFilter) {
  return { account, ...(state && { state }), ...(key && { resource: key.resource, scope: key.scope }) };
}
