import type pg from 'pg';
import type { ExportedRow } from './audit-sink.js';

/** Accounts whose logs are read in one statement. */
const ACCOUNTS = 500;
/** Maximum number of rows of a batch, and of characters of their records. */
const ROWS = 100;
const CHARACTERS = 1_000_000;

/** The log of an account that has rows after the cursor of a sink. */
export interface PendingLog {
  readonly account: string;
  /** Sequence of the last row that the sink has confirmed, or that was deleted after its retention. */
  readonly after: bigint;
}

/** Logs with rows that a sink has not confirmed, after an account. */
export async function pendingLogs(
  client: pg.PoolClient,
  sink: string,
  after: string,
): Promise<readonly PendingLog[]> {
  const { rows } = await client.query<{ account: string; after: string }>(
    `SELECT chain.account, greatest(cursor.sequence, chain.pruned_sequence)::text AS after FROM audit.chain AS chain
     LEFT JOIN engine.audit_export AS cursor ON cursor.account = chain.account AND cursor.sink = $1
     WHERE chain.last_sequence > coalesce(cursor.sequence, 0) AND chain.account > $2
     ORDER BY chain.account LIMIT ${ACCOUNTS}`,
    [sink, after],
  );
  return rows.map((row) => ({ account: row.account, after: BigInt(row.after) }));
}

/** The next batch of a log. */
export async function nextBatch(
  client: pg.PoolClient,
  { account, after }: PendingLog,
): Promise<readonly ExportedRow[]> {
  // `event.sequence` is the number, `sequence` would be the text.
  const { rows } = await client.query<Omit<ExportedRow, 'sequence'> & { readonly sequence: string }>(
    `SELECT account, sequence::text, id, at, principal, action, outcome, record, hash FROM audit.event AS event
     WHERE account = $1 AND sequence > $2 ORDER BY event.sequence LIMIT ${ROWS}`,
    [account, after.toString()],
  );
  let characters = 0;
  const batch = rows.filter(
    ({ record }, index) => (characters += record.length) <= CHARACTERS || index === 0,
  );
  return batch.map((row) => ({ ...row, sequence: BigInt(row.sequence) }));
}

/** Moves the cursor of a sink; never back. */
export async function confirmRows(
  client: pg.PoolClient,
  sink: string,
  { account, sequence }: Pick<ExportedRow, 'account' | 'sequence'>,
): Promise<void> {
  await client.query(
    `INSERT INTO engine.audit_export AS cursor (sink, account, sequence) VALUES ($1, $2, $3)
     ON CONFLICT (sink, account) DO UPDATE SET sequence = greatest(cursor.sequence, excluded.sequence)`,
    [sink, account, sequence.toString()],
  );
}
