import { AsyncLocalStorage } from 'node:async_hooks';
import { newId } from '../../kernel/ids.js';
import type { Transaction } from '../../kernel/postgres/database.js';
import type { AuditEntry } from './audit-entry.js';
import { appendAuditEntry } from './audit-log.js';

/** What a transaction changed. */
export type AuditedChange = Pick<AuditEntry, 'objectId' | 'clusterId' | 'operationId' | 'resourceVersions'>;

const storage = new AsyncLocalStorage<AuditDraft>();

/**
 * The entry of a running mutation. The first transaction of the mutation that commits has written it; when none did, the caller
 * writes it before the answer.
 */
export class AuditDraft {
  private written = false;
  private isInCluster = false;
  private isFirst = true;

  constructor(readonly entry: AuditEntry) {}

  /** Whether a transaction has written the entry. */
  get isWritten(): boolean {
    return this.written;
  }

  /**
   * The id of the entry, for the header `Audit-ID` of requests by which the mutation acts in clusters: the audit logs of their API
   * servers name it.
   */
  kubernetesAuditId(): string {
    this.isInCluster = true;
    return this.entry.id;
  }

  /** What the entry says about requests to clusters. */
  get inCluster(): Pick<AuditEntry, 'kubernetesAuditId'> {
    return this.isInCluster ? { kubernetesAuditId: this.entry.id } : {};
  }

  /** Runs the mutation, whose transactions write this draft. */
  run<T>(work: () => T): T {
    return storage.run(this, work);
  }

  /** Writes the entry as the last statement of a transaction. Concurrent transactions of a mutation each write one. */
  async append(tx: Transaction, change: AuditedChange): Promise<void> {
    if (this.written) return;
    const { entry, isFirst } = this;
    this.isFirst = false;
    await appendAuditEntry(tx, {
      ...entry,
      ...change,
      ...this.inCluster,
      id: isFirst ? entry.id : newId('auditEvent'),
      objectId: entry.objectId ?? change.objectId,
      clusterId: entry.clusterId ?? change.clusterId,
      outcome: 'SUCCEEDED',
    });
  }

  /** Called after the commit of a transaction that has appended the entry, or at the end of the mutation. */
  close(): void {
    this.written = true;
  }
}

/** The draft of the running mutation; undefined outside one. */
export function currentAuditDraft(): AuditDraft | undefined {
  return storage.getStore();
}
