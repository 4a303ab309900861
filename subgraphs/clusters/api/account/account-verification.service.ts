import { noResult } from '../../../../engine/operations/client-tokens.js';
import { changeInTransaction } from '../../../../engine/operations/change-transaction.js';
import type { Platform } from '../../../../engine/platform.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Actor } from '../../../../kernel/actor.js';
import type { Database } from '../../../../kernel/postgres/database.js';
import { throwProblem, ProblemError } from '../../../../kernel/result.js';
import {
  isVerified,
  verificationProblems,
  type VerificationRequest,
} from '../../model/account-verification.rules.js';
import { documentDigest } from '../../model/identity-document.rules.js';
import { readVerification, recordVerification } from '../../store/account-verification.store.js';

/** Whether the account holder has been identified. */
export async function verified(database: Database, { account, verified: claim }: Actor): Promise<boolean> {
  return isVerified(claim, claim === false ? await readVerification(database, account) : null);
}

/** Rejects with `ACCOUNT_NOT_VERIFIED` until the account holder has been identified. */
export async function requireVerified(database: Database, actor: Actor): Promise<void> {
  if (await verified(database, actor)) return;
  const message =
    'The holder of the account is not identified, which must be so before anything is bought. Identify the holder with ' +
    'verifyAccount, then send the same request again.';
  throwProblem('ACCOUNT_NOT_VERIFIED', message, { path: ['input'] });
}

type VerificationInput = VerificationRequest & { readonly clientToken?: string | null };

/** A simulated verification centre: accepts every valid document number that no other account has used. */
export class AccountVerificationService {
  constructor(private readonly platform: Platform) {}

  /**
   * Identifies the holder of the actor's account; does nothing if already identified. Stores only a keyed digest of
   * the document, which rejects the same document for another account with `DOCUMENT_ALREADY_USED`.
   */
  async verify(actor: Actor, input: VerificationInput, dryRun?: boolean | null): Promise<void> {
    const at = this.platform.clock.now();
    const problems = verificationProblems(input, at);
    if (problems.length > 0) throw new ProblemError(problems);
    const { kind, documentNumber, clientToken: token } = input;
    const { account } = actor;
    const digest = documentDigest(kind, documentNumber, this.platform.documentKey);
    // Name and document number must not be stored with the clientToken.
    const request = {
      account,
      mutation: 'verifyAccount',
      token,
      input: { kind },
      at,
      dryRun,
      result: noResult,
    };
    await changeInTransaction(this.platform.database.prisma, request, {
      make: async (tx) => {
        await record(tx, actor, { kind, at, digest });
        return {};
      },
      read: () => Promise.resolve({}),
    });
  }
}

interface Shown {
  readonly kind: VerificationRequest['kind'];
  readonly at: Date;
  readonly digest: string;
}

async function record(
  tx: EventTransaction,
  { account, subject }: Actor,
  { kind, at, digest }: Shown,
): Promise<void> {
  if (await readVerification(tx, account)) return;
  const recorded = await recordVerification(tx, { account, kind, verifiedAt: at, documentDigest: digest });
  if (!recorded)
    throwProblem(
      'DOCUMENT_ALREADY_USED',
      'The document identifies the holder of another account already. Show another document, or use that account.',
      { path: ['input', 'documentNumber'] },
    );
  tx.emit(account, {
    category: 'PROVISIONING',
    type: 'ACCOUNT_VERIFIED',
    reason: 'AccountVerified',
    message: 'The holder of the account is identified.',
    data: { kind, actor: subject },
  });
}
