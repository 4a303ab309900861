import type pg from 'pg';

/**
 * Runs `work` in a transaction that holds the advisory lock of a name, so that processes that start concurrently run it one
 * after the other. Rolls back and rethrows if `work` throws.
 */
export async function lockedTransaction(
  pool: pg.Pool,
  lock: string,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [lock]);
    await work(client);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
