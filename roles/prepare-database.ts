import { join } from 'node:path';
import { installQueue } from '../engine/jobs/install-queue.js';
import { prepareRates } from '../gateway/request/rate/shared-buckets.js';
import { checkDatabase, withoutPassword } from '../kernel/postgres/check-database.js';
import { type OpenDatabase, openDatabase } from '../kernel/postgres/database.js';
import { migrate } from '../kernel/postgres/migrate.js';
import { packageRoot } from '../kernel/package-root.js';
import { seed } from '../catalog/seed.js';
import { type DatabaseRights, grantRights } from './database-rights.js';
import { type SecretsOfFolder, claimDatabase } from './secret-fingerprints.js';

export interface PrepareOptions {
  /** Rights of the roles as which processes run. */
  readonly rights?: readonly DatabaseRights[] | undefined;
  /** The setting that has the URL. */
  readonly name?: string | undefined;
  /** Secrets of a state folder that the database must belong to. */
  readonly secrets?: SecretsOfFolder | undefined;
}

/**
 * Migrates a database to this release as its owner: migrations, the queue's tables, the catalog, and the rights of the
 * roles as which processes run. Every process does so at its start; of concurrent processes one does the work. Throws
 * `DatabaseUnusableError` when it cannot be reached or written, `SecretsError` when it belongs to other secrets.
 */
export async function prepareDatabase(
  url: string,
  { rights = [], name = 'DATABASE_URL', secrets }: PrepareOptions = {},
): Promise<void> {
  await checkDatabase(name, url);
  await using database: OpenDatabase = openDatabase({ url, poolSize: 3 });
  await migrate(database.pool, join(packageRoot, 'prisma/migrations'));
  if (secrets) await claimDatabase(database.pool, withoutPassword(url), secrets);
  await installQueue(database.pool);
  await seed(database);
  await prepareRates(database.pool);
  await grantRights(database.pool, rights);
}
