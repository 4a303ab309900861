import { once } from '../../../engine/client-tokens.js';
import type { Platform } from '../../../engine/platform.js';
import { appendEvents } from '../../../engine/events.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Database, Transaction } from '../../../kernel/database.js';
import { refuse, Refused } from '../../../kernel/result.js';
import { isVerified, verificationProblems, type VerificationRequest } from './account-verification.rules.js';
import { readVerification, recordVerification } from './account-verification.store.js';

/** Whether the holder of the actor's account is identified. */
export async function verified(database: Database, { account, verified: claim }: Actor): Promise<boolean> {
  return isVerified(claim, claim === false ? await readVerification(database, account) : null);
}

/** Refuses `ACCOUNT_NOT_VERIFIED` while the holder of the actor's account is not identified. */
export async function requireVerified(database: Database, actor: Actor): Promise<void> {
  if (await verified(database, actor)) return;
  const message = 'The holder of the account is not identified. Real-name verification comes before buying.';
  refuse('ACCOUNT_NOT_VERIFIED', message, { path: ['input'] });
}

type VerificationInput = VerificationRequest & { readonly clientToken?: string | null };

/** The verification centre, simulated: it believes every document whose number is well formed. */
export class AccountVerificationService {
  constructor(private readonly platform: Platform) {}

  /** Identifies the holder of the actor's account; again, it changes nothing. What was shown is not kept. */
  async verify(actor: Actor, input: VerificationInput): Promise<void> {
    const problems = verificationProblems(input);
    if (problems.length > 0) throw new Refused(problems);
    const { kind, clientToken: token } = input;
    const { account } = actor;
    const at = this.platform.clock.now();
    // Name and number are left out of what is kept under the token: not even their digest is.
    const asked = { account, mutation: 'verifyAccount', token, input: { kind }, at };
    await this.platform.database.prisma.$transaction((tx) =>
      once(tx, asked, async () => {
        await record(tx, actor, { kind, at });
        return {};
      }),
    );
  }
}

async function record(
  tx: Transaction,
  { account, subject }: Actor,
  { kind, at }: { readonly kind: VerificationRequest['kind']; readonly at: Date },
): Promise<void> {
  if (await readVerification(tx, account)) return;
  await recordVerification(tx, { account, kind, verifiedAt: at });
  await appendEvents(tx, account, at, [
    {
      category: 'PROVISIONING',
      type: 'ACCOUNT_VERIFIED',
      reason: 'AccountVerified',
      message: 'The holder of the account is identified.',
      data: { kind, subject },
    },
  ]);
}
