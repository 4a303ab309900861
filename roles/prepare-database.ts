import { join } from 'node:path';
import { installQueue } from '../engine/schema.js';
import { checkDatabase } from '../kernel/check-database.js';
import { type OpenDatabase, openDatabase } from '../kernel/database.js';
import { migrate } from '../kernel/migrate.js';
import { packageRoot } from '../kernel/root.js';
import { seed } from '../prisma/seed.js';

/**
 * Brings a database to this release: migrations, the queue's own tables, the catalogue. Every process does it at
 * boot; racing processes do it once. Throws `DatabaseUnusableError` when it cannot be reached or written.
 */
export async function prepareDatabase(url: string): Promise<void> {
  await checkDatabase('DATABASE_URL', url);
  await using database: OpenDatabase = openDatabase({ url, poolSize: 3 });
  await migrate(database.pool, join(packageRoot, 'prisma/migrations'));
  await installQueue(database.pool);
  await seed(database);
}
