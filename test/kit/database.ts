import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { RightsReader } from '../../access/store/rights-reader.js';
import { type OpenDatabase, openDatabase } from '../../kernel/postgres/database.js';
import { createLog } from '../../kernel/log.js';
import { databaseUrl, onServer } from './template-database.js';

/** A database for one test file: migrated, seeded, dropped at the end. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  readonly database: OpenDatabase;
  readonly rights: RightsReader;
  /** SQL statements run through `database` while `work` runs, without those that look for changed permissions. */
  statements(work: () => Promise<unknown>): Promise<string[]>;
}

/** Run twice a second, whatever runs. */
const POLLED = /FROM access\.access_version WHERE changed_in/;

/** Clones the template. Usage: `const kit = await createTestDatabase(); afterAll(() => kit[Symbol.asyncDispose]())`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  const name = `fleetgraph_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')}`);
  const url = databaseUrl(server, name);
  let recorded: string[] | undefined;
  const database = openDatabase({ url, onStatement: (sql) => recorded?.push(sql) });
  const rights = new RightsReader(database, createLog('fatal'));
  return {
    url,
    database,
    rights,
    async statements(work) {
      const mine: string[] = [];
      recorded = mine;
      await work();
      recorded = undefined;
      return mine.filter((sql) => !POLLED.test(sql));
    },
    async [Symbol.asyncDispose]() {
      rights[Symbol.dispose]();
      await database[Symbol.asyncDispose]();
      await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
