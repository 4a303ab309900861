import { timingSafeEqual } from 'node:crypto';
import type { KeyDigest } from '../../../access/service-account-key.js';
import type { Page } from '../../../kernel/page.js';
import { pageOf } from '../../../kernel/page.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { keyset } from '../../../kernel/postgres/keyset.js';
import {
  createdAtColumn,
  nameColumn,
  type SortedPageRequest,
  type Sorting,
} from '../../../kernel/sorting.js';
import { Prisma } from '../../../prisma/generated/client.js';
import type { ServiceAccount, ServiceAccountKey } from '../model/service-account.js';

const columns = { NAME: nameColumn, CREATED_AT: createdAtColumn } as const;
export const serviceAccountSorting: Sorting<ServiceAccount, keyof typeof columns> = { byId: 'ASC', columns };

/** Milliseconds between two writes of the time at which a key was used last. */
const LAST_USED = 60_000;

/** The service account of a key. */
export interface KeyHolder {
  readonly account: string;
  readonly serviceAccountId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** The columns of a key that are shown: all but the digest of its secret. */
const shown = {
  ...{ id: true, account: true, serviceAccountId: true, scopes: true, createdBy: true },
  ...{ createdAt: true, expiresAt: true, lastUsedAt: true, revokedAt: true },
} as const;

/** Service accounts and their keys. */
export class ServiceAccountStore {
  constructor(private readonly database: Database) {}

  async create(tx: Transaction, row: ServiceAccount): Promise<void> {
    const { account, principalId: id, name, createdAt } = row;
    await tx.principal.create({ data: { id, account, kind: 'SERVICE_ACCOUNT', name, createdAt } });
    await tx.serviceAccount.create({ data: row });
  }

  /** Deletes a service account with its keys and permissions. */
  async delete(tx: Transaction, { account, id, principalId }: ServiceAccount): Promise<void> {
    await tx.serviceAccount.deleteMany({ where: { account, id } });
    await tx.principal.deleteMany({ where: { account, id: principalId } });
  }

  async find(
    account: string,
    id: string,
    tx: Database | Transaction = this.database,
  ): Promise<ServiceAccount | undefined> {
    return (await tx.serviceAccount.findFirst({ where: { account, id } })) ?? undefined;
  }

  async hasName(account: string, name: string, tx: Transaction): Promise<boolean> {
    return (await tx.serviceAccount.count({ where: { account, name } })) > 0;
  }

  count(account: string, tx: Database | Transaction = this.database): Promise<number> {
    return tx.serviceAccount.count({ where: { account } });
  }

  /** Whether the verification centre has identified the holder of the account. */
  async isIdentified(tx: Transaction, account: string): Promise<boolean> {
    return (await tx.accountVerification.count({ where: { account } })) > 0;
  }

  async page(
    account: string,
    { limit, sort, key }: SortedPageRequest<ServiceAccount>,
  ): Promise<Page<ServiceAccount>> {
    const { afterKey, order } = keyset(sort, key);
    const rows = await this.database.$queryRaw<ServiceAccount[]>`
      SELECT id, account, name, description, principal_id AS "principalId", created_by AS "createdBy",
        created_at AS "createdAt"
      FROM access.service_account WHERE account = ${account} ${afterKey} ORDER BY ${order} LIMIT ${limit + 1}`;
    return pageOf(rows, limit);
  }

  async createKey(tx: Transaction, key: ServiceAccountKey, secretHash: string): Promise<void> {
    await tx.serviceAccountKey.create({ data: { ...key, scopes: [...key.scopes], secretHash } });
  }

  async findKey(
    account: string,
    id: string,
    tx: Database | Transaction = this.database,
  ): Promise<ServiceAccountKey | undefined> {
    return (await tx.serviceAccountKey.findFirst({ where: { account, id }, select: shown })) ?? undefined;
  }

  /** The keys of service accounts, the newest first. */
  keysOf(
    account: string,
    serviceAccountIds: readonly string[],
    tx: Database | Transaction = this.database,
  ): Promise<ServiceAccountKey[]> {
    return tx.serviceAccountKey.findMany({
      where: { account, serviceAccountId: { in: [...serviceAccountIds] } },
      orderBy: { id: 'desc' },
      select: shown,
    });
  }

  async deleteKeys(tx: Transaction, account: string, ids: readonly string[]): Promise<void> {
    await tx.serviceAccountKey.deleteMany({ where: { account, id: { in: [...ids] } } });
  }

  async revokeKey(tx: Transaction, account: string, id: string, revokedAt: Date): Promise<void> {
    await tx.serviceAccountKey.updateMany({ where: { account, id, revokedAt: null }, data: { revokedAt } });
  }

  /**
   * The holder of each key: null for one that does not exist, is revoked, or has another secret. One statement for all, and
   * another one for those whose last use is older than a minute.
   */
  async verify(keys: readonly KeyDigest[], at: Date): Promise<(KeyHolder | null)[]> {
    const rows = await this.database.serviceAccountKey.findMany({
      where: { id: { in: keys.map(({ id }) => id) }, revokedAt: null },
      include: { serviceAccount: { select: { name: true } } },
    });
    const byId = new Map(rows.map((row) => [row.id, row]));
    const verified = keys.map(({ id, digest }) => {
      const row = byId.get(id);
      return row && isSameDigest(row.secretHash, digest) ? row : null;
    });
    const before = new Date(at.getTime() - LAST_USED);
    const used = verified.filter(
      (row) => row !== null && row.expiresAt > at && (row.lastUsedAt === null || row.lastUsedAt < before),
    );
    if (used.length > 0)
      await this.writeLastUsed(
        used.flatMap((row) => row?.id ?? []),
        at,
        before,
      );
    return verified.map(
      (row) => row && { ...row, serviceAccountId: row.serviceAccountId, name: row.serviceAccount.name },
    );
  }

  private async writeLastUsed(ids: readonly string[], at: Date, before: Date): Promise<void> {
    await this.database.$executeRaw(Prisma.sql`
      UPDATE access.service_account_key SET last_used_at = ${at}
      WHERE id = ANY(${[...ids]}::text[]) AND (last_used_at IS NULL OR last_used_at < ${before})`);
  }
}

/** Compares in constant time, so that the time of an answer says nothing about the digest. */
function isSameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}
