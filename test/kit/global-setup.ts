import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../kernel/log.js';
import { createTemplate } from './template-database.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the server's maintenance database. */
    postgresUrl: string;
    /** Name of the migrated and seeded database that each test file clones. */
    templateDatabase: string;
  }
}

/** One PostgreSQL per project: that of TEST_DATABASE_URL, or an embedded one in a temporary folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const databaseUrl = process.env.TEST_DATABASE_URL;
  if (databaseUrl) {
    const template = await createTemplate(databaseUrl);
    project.provide('postgresUrl', databaseUrl);
    project.provide('templateDatabase', template.name);
    return template.drop;
  }
  const directory = await mkdtemp(join(tmpdir(), 'fleetgraph-test-'));
  // Started by root, the server runs as another user, which must reach this folder.
  await chmod(directory, 0o755);
  const server = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    password: 'test',
    log: createLog('silent'),
    durable: false,
  });
  const template = await createTemplate(server.url);
  project.provide('postgresUrl', server.url);
  project.provide('templateDatabase', template.name);
  return async () => {
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  };
}
