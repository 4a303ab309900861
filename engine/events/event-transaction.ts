import type { Database, Transaction } from '../../kernel/postgres/database.js';
import type { AuditEntry } from '../../access/audit/audit-entry.js';
import { appendAuditEntry } from '../../access/audit/audit-log.js';
import { type AuditedChange, currentAuditDraft } from '../../access/audit/audit-draft.js';
import type { LoggedEvent, NewEvent } from '../contract.js';
import { appendEvents } from './append-events.js';

/** A transaction that ends by appending its events. Only `eventTransaction` makes one. */
export interface EventTransaction extends Transaction {
  /** Adds events to the log of an account. They are appended at the end of the transaction, in this order. */
  emit(account: string, ...events: readonly NewEvent[]): void;
  /** Adds an entry to the audit log of its account. Entries are appended after the events, in this order. */
  audit(entry: AuditEntry): void;
}

/**
 * Runs the work in a transaction and appends the events that it has emitted, last: appending locks the account's counter
 * row until the commit, and locked earlier, two transactions could deadlock on each other's rows. When the work throws,
 * nothing is written. `at` is the time of the events. In a mutation the transaction also writes the mutation's entry of the
 * audit log.
 */
export async function eventTransaction<T>(
  database: Database,
  at: Date,
  work: (tx: EventTransaction) => Promise<T>,
): Promise<T> {
  const draft = currentAuditDraft();
  const result = await database.$transaction(async (tx) => {
    const emitted = new Map<string, NewEvent[]>();
    const emit: EventTransaction['emit'] = (account, ...events) => {
      if (events.length > 0) emitted.set(account, [...(emitted.get(account) ?? []), ...events]);
    };
    const entries: AuditEntry[] = [];
    const result = await work(withLogs(tx, { emit, audit: (entry) => void entries.push(entry) }));
    // Counter rows of several accounts are locked in the order of their ids, for the same reason.
    const logged: LoggedEvent[] = [];
    for (const account of [...emitted.keys()].sort())
      logged.push(...(await appendEvents(tx, account, at, emitted.get(account) ?? [])));
    for (const entry of entries) await appendAuditEntry(tx, entry);
    await draft?.append(tx, changeOf(logged.filter(({ account }) => account === draft.entry.account)));
    return result;
  });
  draft?.close();
  return result;
}

/** The change of a mutation, as its events describe it. */
function changeOf(events: readonly LoggedEvent[]): AuditedChange {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return {};
  const { nodePoolId, clusterId, operationId } = first;
  return {
    objectId: nodePoolId ?? clusterId ?? undefined,
    clusterId: clusterId ?? undefined,
    operationId: operationId ?? undefined,
    resourceVersions: { before: first.sequence - 1n, after: last.sequence },
  };
}

/** The transaction with its logs. Not assigned to it: Prisma sets properties on a client that all transactions share. */
function withLogs(tx: Transaction, logs: Pick<EventTransaction, 'emit' | 'audit'>): EventTransaction {
  return new Proxy(tx, {
    get: (target, name): unknown => Reflect.get(name in logs ? logs : target, name),
  }) as EventTransaction;
}

/** Appends events to the log of an account, in a transaction of their own. */
export function logEvents(
  database: Database,
  account: string,
  at: Date,
  events: readonly NewEvent[],
): Promise<void> {
  return eventTransaction(database, at, (tx) => {
    tx.emit(account, ...events);
    return Promise.resolve();
  });
}
