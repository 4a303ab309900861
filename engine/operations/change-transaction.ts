import type { Database, Transaction } from '../../kernel/postgres/database.js';
import { type EventTransaction, eventTransaction } from '../events/event-transaction.js';
import { idempotent, type IdempotentRequest, checkClientToken } from './client-tokens.js';

/** A mutation: its account, its input, and whether it is a dry run. */
export interface ChangeTransaction extends IdempotentRequest {
  /** Validate the mutation and return the resulting resources; the transaction is rolled back. */
  readonly dryRun?: boolean | null | undefined;
}

/** Resources by name; null if there is none. */
type Resources = Readonly<Record<string, unknown>>;

export interface ChangeWork<A, R extends Resources> {
  /** Makes the change and emits its events; returns plain JSON (ids), which is stored for the clientToken. */
  readonly make: (tx: EventTransaction) => Promise<A>;
  /** Reads the resources of the result. */
  readonly read: (database: Database | Transaction, result: A) => Promise<R>;
}

/** Carries the result of a dry run out of the transaction that is rolled back. */
class RolledBack extends Error {
  constructor(readonly result: { readonly response: unknown; readonly resources: Resources }) {
    super('dry run');
  }
}

/**
 * Makes a change in one transaction, once for each clientToken, and reads its resources. A dry run is rolled back: an
 * existing resource is returned as changed, one that would be created is null. Throws as `idempotent` does.
 */
export async function changeInTransaction<A, R extends Resources>(
  database: Database,
  request: ChangeTransaction,
  work: ChangeWork<A, R>,
): Promise<R> {
  if (request.dryRun) return runDry(database, request, work);
  const response = await eventTransaction(database, request.at, (tx) =>
    idempotent(tx, request, () => work.make(tx)),
  );
  return work.read(database, response);
}

async function runDry<A, R extends Resources>(
  database: Database,
  request: ChangeTransaction,
  { make, read }: ChangeWork<A, R>,
): Promise<R> {
  try {
    return await eventTransaction(database, request.at, async (tx): Promise<never> => {
      await checkClientToken(tx, request);
      const response = await make(tx);
      throw new RolledBack({ response, resources: await read(tx, response) });
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    const { response, resources } = error.result;
    const existing = await read(database, response as A);
    return existingOf(resources as R, existing);
  }
}

/** The resources of a dry run, without those that do not exist. */
function existingOf<R extends Resources>(resources: R, existing: R): R {
  const entries = Object.entries(resources).map(([name, value]) => [
    name,
    (existing[name] ?? null) === null ? null : value,
  ]);
  return Object.fromEntries(entries) as R;
}
