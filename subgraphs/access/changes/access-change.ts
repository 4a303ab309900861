import type { z } from 'zod';
import { principalIdsOf } from '../../../access/model/principal.js';
import { Rights } from '../../../access/model/rights.js';
import { changeAccess } from '../../../access/store/access-version.js';
import { readRights } from '../../../access/store/grants.js';
import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import { changeInTransaction } from '../../../engine/operations/change-transaction.js';
import type { Platform } from '../../../engine/platform.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { ProblemError } from '../../../kernel/result.js';

/** What changes of permissions, roles and keys need of the platform. */
export type AccessPlatform = Pick<Platform, 'database' | 'clock' | 'rights'>;

/** A mutation as a client asks for it. */
export interface AccessRequest {
  readonly actor: Actor;
  /** Name of the mutation; clientTokens are unique per mutation. */
  readonly mutation: string;
  readonly input: { readonly clientToken?: string | null };
  readonly dryRun?: boolean | null | undefined;
  /** Form of the result, which is stored with the clientToken. */
  readonly result: z.ZodType;
}

/** A change in its transaction. */
export interface AccessChange {
  readonly tx: EventTransaction;
  readonly account: string;
  readonly actor: Actor;
  readonly at: Date;
  /** What the caller may do, read in the transaction: no other one changes it until this one ends. */
  readonly rights: Rights;
}

/**
 * Makes a change of an account's permissions, roles or keys. Changes of an account run one after the other, so that each
 * decides by the rights that the others have left.
 */
export async function changePermissions<A, R extends Readonly<Record<string, unknown>>>(
  { database, clock, rights: reader }: AccessPlatform,
  { actor, mutation, input, dryRun, result }: AccessRequest,
  work: {
    readonly make: (change: AccessChange) => Promise<A>;
    readonly read: (tx: Database | Transaction, result: A) => Promise<R>;
  },
): Promise<R> {
  const { account } = actor;
  const at = clock.now();
  // The work decides whether the caller may do it: a response to one principal is none to another.
  const [principal] = principalIdsOf(actor);
  const request = {
    account,
    mutation: `${mutation} ${principal}`,
    token: input.clientToken,
    input,
    at,
    dryRun,
    result,
  };
  try {
    const changed = await changeInTransaction<A, R>(database.prisma, request, {
      make: async (tx) => {
        await changeAccess(tx, account, at);
        const { rights } = await readRights(tx, actor);
        return work.make({ tx, account, actor, at, rights });
      },
      read: work.read,
    });
    if (!dryRun) reader.changed(account);
    return changed;
  } catch (error) {
    // What was rejected is rolled back: a caller without rights must not make the account read all rights again.
    if (!(error instanceof ProblemError) && !dryRun) reader.changed(account);
    throw error;
  }
}
