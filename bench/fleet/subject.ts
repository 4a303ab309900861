import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { countingStatements, startDatabase } from '../platform/database.js';
import type { Seat } from '../platform/graph.js';
import { hold } from '../platform/hold.js';
import { type BenchProcess, startPlatform } from '../platform/process.js';
import { FleetStatistics } from './statistics.store.js';
import { operatorTokenOf } from '../platform/operator.js';

/** How many times faster than real the simulated cloud runs. */
export const SPEED = 100;

/** What is measured, running. */
export interface Subject {
  readonly process: BenchProcess;
  readonly databasePid: number;
  readonly statistics: FleetStatistics;
  readonly seat: Seat;
  /** A connection past the platform. */
  readonly client: pg.Client;
}

/** Starts the platform in one process on a database of its own, whose server counts statements. */
export async function startSubject(folder: string, started: AsyncDisposableStack): Promise<Subject> {
  const database = await hold(started, startDatabase(folder, true, countingStatements));
  const home = join(folder, 'home');
  const platform = await hold(started, startPlatform(home, database.url, SPEED));
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  started.defer(() => client.end());
  const token = (await readFile(join(home, 'token'), 'utf8')).trim();
  return {
    process: platform,
    databasePid: database.pid,
    statistics: new FleetStatistics(client),
    client,
    seat: { url: platform.url, token, operator: await operatorTokenOf(home) },
  };
}
