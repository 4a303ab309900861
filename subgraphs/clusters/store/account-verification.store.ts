import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { ACCOUNT_HOLDER_KINDS, type AccountHolderKind } from '../model/account-verification.rules.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';

/** An account whose holder is verified. */
export interface VerificationRow {
  readonly account: string;
  readonly kind: AccountHolderKind;
  readonly verifiedAt: Date;
  /** Keyed digest of the document; null for verifications recorded before digests were stored. */
  readonly documentDigest: string | null;
}

const checkVerifications = checkedColumns('clusters.account_verification', 'account', {
  kind: oneOf(ACCOUNT_HOLDER_KINDS),
});

/** Reads the verification of the account; null if there is none. */
export function readVerification(
  db: Database | Transaction,
  account: string,
): Promise<VerificationRow | null> {
  return db.accountVerification.findUnique({ where: { account } }).then(checkVerifications);
}

/**
 * Records that the holder is verified; a repeated verification changes nothing. False if the document has already
 * verified another account, also concurrently.
 */
export async function recordVerification(tx: Transaction, row: VerificationRow): Promise<boolean> {
  await tx.accountVerification.createMany({ data: [row], skipDuplicates: true });
  return (await readVerification(tx, row.account)) !== null;
}
