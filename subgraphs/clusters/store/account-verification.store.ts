import type { Database, Transaction } from '../../../kernel/postgres/database.js';

/** An account whose holder has been identified. */
export interface VerificationRow {
  readonly account: string;
  readonly kind: string;
  readonly verifiedAt: Date;
  /** Keyed digest of the document; null when it was verified before digests were kept. */
  readonly documentDigest: string | null;
}

/** What the verification centre knows of the account; null when it knows nothing. */
export function readVerification(
  db: Database | Transaction,
  account: string,
): Promise<VerificationRow | null> {
  return db.accountVerification.findUnique({ where: { account } });
}

/**
 * Records that the holder is identified; the first time counts. False when the document has identified another account,
 * also at the same moment.
 */
export async function recordVerification(tx: Transaction, row: VerificationRow): Promise<boolean> {
  await tx.accountVerification.createMany({ data: [row], skipDuplicates: true });
  return (await readVerification(tx, row.account)) !== null;
}
