import type { Clock } from '../../kernel/clock.js';
import type { Database, Transaction } from '../../kernel/postgres/database.js';
import { type AuditEntry, auditText } from './audit-entry.js';

/**
 * Appends an entry to the audit log of its account. In a transaction it must be the last statement: it locks the account's
 * chain until the commit, after the event counters, so that no two transactions wait for each other.
 */
export async function appendAuditEntry(tx: Database | Transaction, entry: AuditEntry): Promise<void> {
  await tx.$queryRaw`SELECT audit.append(${auditText(entry)})`;
}

/** Writes entries of actions that have no transaction. */
export class AuditLog {
  constructor(
    private readonly platform: { readonly database: { readonly prisma: Database }; readonly clock: Clock },
  ) {}

  now(): Date {
    return this.platform.clock.now();
  }

  async write(entry: AuditEntry): Promise<void> {
    await appendAuditEntry(this.platform.database.prisma, entry);
  }
}
