import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { ACCOUNT_HOLDER_KINDS, type AccountHolderKind } from '../model/account-verification.rules.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';

/** An account whose holder has been identified. */
export interface VerificationRow {
  readonly account: string;
  readonly kind: AccountHolderKind;
  readonly verifiedAt: Date;
  /** Keyed digest of the document; null when it was verified before digests were kept. */
  readonly documentDigest: string | null;
}

const checkVerifications = checkedColumns('clusters.account_verification', 'account', {
  kind: oneOf(ACCOUNT_HOLDER_KINDS),
});

/** What the verification centre knows of the account; null when it knows nothing. */
export function readVerification(
  db: Database | Transaction,
  account: string,
): Promise<VerificationRow | null> {
  return db.accountVerification.findUnique({ where: { account } }).then(checkVerifications);
}

/**
 * Records that the holder is identified; the first time counts. False when the document has identified another account,
 * also at the same moment.
 */
export async function recordVerification(tx: Transaction, row: VerificationRow): Promise<boolean> {
  await tx.accountVerification.createMany({ data: [row], skipDuplicates: true });
  return (await readVerification(tx, row.account)) !== null;
}
