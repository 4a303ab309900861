import type { Database, Transaction } from '../../../kernel/database.js';

/** An account whose holder has been identified. */
export interface VerificationRow {
  readonly account: string;
  readonly kind: string;
  readonly verifiedAt: Date;
}

/** What the verification centre knows of the account; null when it knows nothing. */
export function readVerification(
  db: Database | Transaction,
  account: string,
): Promise<VerificationRow | null> {
  return db.accountVerification.findUnique({ where: { account } });
}

/** Records that the holder is identified; the first time counts. */
export async function recordVerification(tx: Transaction, row: VerificationRow): Promise<void> {
  await tx.accountVerification.upsert({ where: { account: row.account }, create: { ...row }, update: {} });
}
