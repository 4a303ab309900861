import { once } from 'node:events';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deletePermanentlyFailedJobs } from '../../engine/jobs/permanently-failed-jobs.js';
import {
  INSERT_CHANNEL,
  NOTIFY_WORKERS,
  PRIVATE_JOBS,
  privateColumns,
} from '../../engine/jobs/private-tables.js';
import { enqueue } from '../../engine/jobs/queue.js';
import { ACCOUNT_INDEX } from '../../engine/jobs/ranks.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';

let kit: TestDatabase;
beforeAll(async () => {
  kit = await createTestDatabase();
});
afterAll(() => kit[Symbol.asyncDispose]());

async function columnsOf(relation: string): Promise<Record<string, string>> {
  const { rows } = await kit.database.pool.query<{ name: string; type: string }>(
    `SELECT column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'graphile_worker' AND table_name = $1`,
    [relation],
  );
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
}

describe('the installed graphile-worker', () => {
  it.each(Object.entries(privateColumns))(
    'has the columns of %s that the engine uses',
    async (table, used) => {
      expect(await columnsOf(table)).toMatchObject(used);
    },
  );

  it("has the engine's index on the account of jobs, which uses only checked columns", async () => {
    const { rows } = await kit.database.pool.query<{ name: string }>(
      `SELECT DISTINCT attname AS name FROM pg_depend JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
       WHERE objid = to_regclass($1)`,
      [`graphile_worker.${ACCOUNT_INDEX.name}`],
    );
    const used = rows.map(({ name }) => name).sort();
    expect(used).toEqual(['is_available', 'payload', 'priority']);
    expect(Object.keys(privateColumns._private_jobs)).toEqual(expect.arrayContaining(used));
  });

  it('has no trigger that an update of the priority would fire', async () => {
    const { rows } = await kit.database.pool.query<{ definition: string }>(
      `SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger
       WHERE tgrelid = to_regclass($1) AND NOT tgisinternal AND tgtype & 16 <> 0`,
      [PRIVATE_JOBS],
    );
    expect(rows).toEqual([]);
  });

  it('shows neither payloads nor queues in its public view of jobs', async () => {
    const view = await columnsOf('jobs');
    expect(Object.keys(view)).toEqual(expect.arrayContaining(['key', 'run_at', 'priority', 'locked_by']));
    // When a release of Graphile Worker adds the column, the engine can read accounts from the view.
    expect(view).not.toHaveProperty('payload');
  });

  it('notifies workers of added jobs on the channel that NOTIFY_WORKERS uses', async () => {
    const client = new pg.Client({ connectionString: kit.url });
    await client.connect();
    try {
      await client.query(`LISTEN "${INSERT_CHANNEL}"`);
      const added = once(client, 'notification');
      await enqueue(kit.database.prisma, 'private', 'a');
      expect(await added).toMatchObject([{ channel: INSERT_CHANNEL }]);
      const notified = once(client, 'notification');
      await kit.database.pool.query(NOTIFY_WORKERS);
      expect(await notified).toMatchObject([{ channel: INSERT_CHANNEL }]);
    } finally {
      await client.end();
    }
  });

  it('deletes permanently failed jobs and keeps the others', async () => {
    const { pool } = kit.database;
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM graphile_worker.add_job('reconcile', '{}', job_key := 'failed')`,
    );
    await pool.query('SELECT graphile_worker.permanently_fail_jobs(ARRAY[$1]::bigint[])', [rows[0]?.id]);
    await pool.query(`SELECT graphile_worker.add_job('reconcile', '{}', job_key := 'waiting')`);
    await deletePermanentlyFailedJobs(pool);
    const left = await pool.query(`SELECT key FROM graphile_worker.jobs WHERE key IN ('failed', 'waiting')`);
    expect(left.rows).toEqual([{ key: 'waiting' }]);
  });
});
