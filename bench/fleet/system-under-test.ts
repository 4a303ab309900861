import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { countingStatements, startDatabase } from '../platform/database.js';
import type { GraphEndpoint } from '../platform/graph-endpoint.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { type BenchProcess, startPlatform } from '../platform/process.js';
import { FleetStatistics } from './statistics.store.js';
import { operatorTokenOf } from '../platform/operator.js';

/** Speed of the simulated cloud as a multiple of real time. */
export const SPEED = 100;

/** The running platform and its database. */
export interface SystemUnderTest {
  readonly process: BenchProcess;
  readonly databasePid: number;
  readonly statistics: FleetStatistics;
  readonly endpoint: GraphEndpoint;
  /** A connection to the platform's database. */
  readonly client: pg.Client;
}

/** Starts the platform in one process on its own PostgreSQL, which counts statements. */
export async function startSystemUnderTest(
  folder: string,
  started: AsyncDisposableStack,
): Promise<SystemUnderTest> {
  const database = await disposeOnExit(started, startDatabase(folder, true, countingStatements));
  const home = join(folder, 'home');
  const platform = await disposeOnExit(started, startPlatform(home, database.url, SPEED));
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
    endpoint: { url: platform.url, token, operator: await operatorTokenOf(home) },
  };
}
