import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { done, type Reconciler } from '../../engine/contract.js';
import { startEngine } from '../../engine/engine.js';
import { enqueue } from '../../engine/jobs/queue.js';
import { systemClock } from '../../kernel/clock.js';
import { openDatabase } from '../../kernel/postgres/database.js';
import { startEmbeddedPostgres } from '../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../kernel/log.js';
import { prepareDatabase } from '../../roles/prepare-database.js';
import { eventually } from '../kit/eventually.js';

test('an engine restarts after PostgreSQL is killed before a job is completed, and runs that job again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fleetgraph-lost-'));
  // Started by root, the database runs as another user, which must reach this folder.
  await chmod(directory, 0o755);
  const log = createLog('silent');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const server = stack.use(await startEmbeddedPostgres({ directory, password: 'a password', log }));
  await prepareDatabase(server.url);
  const database = stack.use(openDatabase({ url: server.url, poolSize: 4 }));
  const worked: string[] = [];
  const thing: Reconciler = {
    kind: 'thing',
    async reconcile(key) {
      worked.push(key);
      if (worked.length === 1) await killed(server);
      return done;
    },
  };
  const pool = { database, clock: systemClock, log, concurrency: 2, reconcilers: [thing], schedules: [] };
  stack.use(await startEngine(pool));
  await enqueue(database.prisma, 'thing', 'first');
  await eventually(() => worked.length >= 2, { what: 'the job to be done again' });
  expect(worked.slice(0, 2)).toEqual(['first', 'first']);
  await enqueue(database.prisma, 'thing', 'second');
  await eventually(() => worked.at(-1) === 'second', { what: 'another job' });
  await eventually(
    async () => {
      const { rows } = await database.pool.query(
        'SELECT FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL',
      );
      return rows.length === 0;
    },
    { what: 'no job to be left locked' },
  );
}, 120_000);

/** Kills the server; resolves when the connected clients have detected it. */
async function killed(server: { readonly url: string; readonly pid: number }): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  const ended = once(client, 'end');
  process.kill(server.pid, 'SIGKILL');
  await ended;
}
