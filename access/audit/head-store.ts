import type { Database } from '../../kernel/postgres/database.js';
import type { ChainHead, HeadKey } from './signed-heads.js';

/** Chains that are signed in one statement. */
const BATCH = 1_000;

/** Signs the ends of all chains that have grown since they were signed; returns their number. */
export async function signHeads(database: Database, key: HeadKey, at: Date): Promise<number> {
  let signed = 0;
  for (;;) {
    const ends = await database.$queryRaw<Omit<ChainHead, 'at'>[]>`
      SELECT account, last_sequence AS sequence, last_hash AS hash FROM audit.chain AS chain
      WHERE NOT EXISTS (
        SELECT FROM audit.head AS head WHERE head.account = chain.account AND head.sequence >= chain.last_sequence)
      ORDER BY account LIMIT ${BATCH}`;
    const heads = ends.map((end) => ({
      ...end,
      sequence: BigInt(end.sequence),
      hash: Uint8Array.from(end.hash),
      at,
    }));
    await database.auditHead.createMany({
      data: heads.map((head) => ({ ...head, keyId: key.id, signature: key.sign(head) })),
      // Another engine process may have signed the same end.
      skipDuplicates: true,
    });
    signed += heads.length;
    if (heads.length < BATCH) return signed;
  }
}

/**
 * Deletes rows from before a time up to a signed head before it; returns their number. At least `limit` rows, if so many are due, and
 * at most those up to the next head: the rows of a minute.
 */
export async function pruneAuditLog(database: Database, before: Date, limit: number): Promise<number> {
  const [row] = await database.$queryRaw<
    { count: bigint }[]
  >`SELECT audit.prune(${before}::timestamptz, ${limit}::bigint) AS count`;
  return Number(row?.count ?? 0);
}
