import { idResult } from '../../../../engine/operations/client-tokens.js';
import type { EventType } from '../../../../engine/events/event-kinds.js';
import { changeInTransaction } from '../../../../engine/operations/change-transaction.js';
import type { Platform } from '../../../../engine/platform.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Database, Transaction } from '../../../../kernel/postgres/database.js';

/** A change of a network resource: the mutation, its actor and its input. */
export interface NetworkChange<T> {
  readonly actor: Actor;
  readonly mutation: string;
  readonly input: { readonly clientToken?: string | null };
  readonly dryRun?: boolean | null | undefined;
  /** Reads the mutation's result: the changed resource, or the id of a deleted one; null when it does not exist. */
  readonly read: (database: Database | Transaction, account: string, id: string) => Promise<T | null>;
}

/** The result of a change, with the event to log. */
export interface NetworkChanged {
  readonly id: string;
  /** e.g. `VPC_CREATED`. */
  readonly type: EventType;
  readonly message: string;
}

/**
 * Runs a change of a network resource in one transaction, once per clientToken; null when a dry run would create the
 * resource.
 */
export async function changeNetwork<T>(
  { database, clock }: Pick<Platform, 'database' | 'clock'>,
  { actor, mutation, input, dryRun, read }: NetworkChange<T>,
  work: (tx: EventTransaction, at: Date) => Promise<NetworkChanged>,
): Promise<T | null> {
  const at = clock.now();
  const { account } = actor;
  const request = { account, mutation, token: input.clientToken, input, at, dryRun, result: idResult };
  const { resource } = await changeInTransaction(database.prisma, request, {
    make: async (tx) => {
      const changed = await work(tx, at);
      tx.emit(account, eventOf(changed));
      return { id: changed.id };
    },
    read: async (db, { id }) => ({ resource: await read(db, account, id) }),
  });
  return resource;
}

function eventOf({ id, type, message }: NetworkChanged) {
  const reason = type
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
  return { category: 'PROVISIONING', type, reason, message, data: { resourceId: id } } as const;
}
