import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { DISKS, diskLimit } from '../../../engine/ledger/disk-limit.js';
import { type QuotaUsage, readQuotaUsage, defaultLimits } from '../../../engine/ledger/ledger.js';
import { peakUsage, resourcesIn, scopesOf } from '../../../engine/ledger/ledger-scopes.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { products } from '../../../kernel/product.js';
import { GENERAL_SCOPE, type QuotaKey } from '../../../engine/ledger/quota-id.js';
import { QUOTA_SCOPES } from '../model/quota.enums.js';
import type { QuotaDefinition } from '../model/quota.rules.js';

const checkDefinitions = checkedColumns('quotas.quota_definition', 'resource', {
  scopeKind: oneOf(QUOTA_SCOPES),
  product: oneOf(products).nullable(),
});

/** Quota definitions, and their balances in the ledger. */
export class QuotaStore {
  private loading: Promise<ReadonlyMap<string, QuotaDefinition>> | undefined;

  constructor(private readonly database: Database) {}

  /**
   * The catalog's quotas by resource, in its order. Read once per process, since they change only with a release; a
   * read that fails or finds a database that is not seeded yet is retried on next use.
   */
  definitions(): Promise<ReadonlyMap<string, QuotaDefinition>> {
    this.loading ??= this.load().then(
      (definitions) => {
        if (definitions.size === 0) this.loading = undefined;
        return definitions;
      },
      (error: unknown) => {
        this.loading = undefined;
        throw error;
      },
    );
    return this.loading;
  }

  /**
   * Returns limit and usage of each quota in the order of the keys. The usage of a general quota is the highest of
   * its scopes. One statement, one more if the keys include a general quota, and one more for the computed limit of
   * disks.
   */
  async balances(
    account: string,
    keys: readonly QuotaKey[],
    tx: Transaction = this.database,
  ): Promise<QuotaUsage[]> {
    const general = keys.some((key) => key.scope === GENERAL_SCOPE);
    const rows = await this.withComputed(account, await readQuotaUsage(tx, account, keys), tx);
    if (!general) return rows;
    const peaks = await peakUsage(tx, account);
    return rows.map((row) =>
      row.scope === GENERAL_SCOPE ? { ...row, used: peaks.get(row.resource) ?? 0 } : row,
    );
  }

  /** The limit of disks is computed from the account's instances unless a higher one was approved. */
  private async withComputed(account: string, rows: QuotaUsage[], tx: Transaction): Promise<QuotaUsage[]> {
    if (!rows.some(({ resource }) => resource === DISKS)) return rows;
    const computed = await diskLimit(tx, account);
    return rows.map((row) =>
      row.resource === DISKS ? { ...row, limit: Math.max(computed, row.limit ?? 0) } : row,
    );
  }

  /** Returns those of the clusters and node pools that the account has or had. */
  scopesOf(
    account: string,
    scopes: readonly string[],
    tx: Transaction = this.database,
  ): Promise<ReadonlySet<string>> {
    return scopesOf(tx, account, scopes);
  }

  /** Resources that are counted in the scope. */
  resourcesIn(account: string, scope: string): Promise<string[]> {
    return resourcesIn(this.database, account, scope);
  }

  private async load(): Promise<ReadonlyMap<string, QuotaDefinition>> {
    const rows = await this.database.quotaDefinition
      .findMany({ orderBy: { position: 'asc' } })
      .then(checkDefinitions);
    const defaults = await defaultLimits(this.database);
    return new Map(
      rows.map((row) => [
        row.resource,
        {
          ...row,
          defaultLimit: defaults.get(row.resource) ?? null,
        },
      ]),
    );
  }
}
