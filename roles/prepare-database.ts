import { join } from 'node:path';
import { installQueue } from '../engine/schema.js';
import { prepareRates } from '../gateway/server.js';
import { checkDatabase } from '../kernel/check-database.js';
import { type OpenDatabase, openDatabase } from '../kernel/database.js';
import { migrate } from '../kernel/migrate.js';
import { packageRoot } from '../kernel/root.js';
import { seed } from '../prisma/seed.js';
import { type DatabaseRights, grantRights } from './database-rights.js';

/**
 * Brings a database to this release as its owner: migrations, the queue's own tables, the catalogue, and the rights of
 * the roles as which processes run. Every process does it at boot; racing processes do it once. `name` is the setting
 * that has the URL. Throws `DatabaseUnusableError` when it cannot be reached or written.
 */
export async function prepareDatabase(
  url: string,
  rights: readonly DatabaseRights[] = [],
  name = 'DATABASE_URL',
): Promise<void> {
  await checkDatabase(name, url);
  await using database: OpenDatabase = openDatabase({ url, poolSize: 3 });
  await migrate(database.pool, join(packageRoot, 'prisma/migrations'));
  await installQueue(database.pool);
  await seed(database);
  await prepareRates(database.pool);
  await grantRights(database.pool, rights);
}
