// Writes a migration for the changes in prisma/*.prisma: `npm run migration -- NAME`. `--check` writes nothing and fails if
// schema and migrations differ.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFleetgraphNode } from './bundled-node.mjs';

await ensureFleetgraphNode();
const root = join(import.meta.dirname, '..');
const [name] = process.argv.slice(2);
if (!name) {
  console.error('usage: npm run migration -- NAME | --check');
  process.exit(2);
}
const diff = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/prisma/build/index.js'),
    'migrate',
    'diff',
    '--from-migrations',
    'prisma/migrations',
    '--to-schema',
    'prisma',
    '--script',
  ],
  { cwd: root, encoding: 'utf8', env: { ...process.env, CHECKPOINT_DISABLE: '1' } },
);
if (diff.status !== 0) {
  console.error(diff.stderr);
  process.exit(1);
}
const empty = diff.stdout.includes('This is an empty migration');
if (name === '--check') {
  if (!empty) console.error(`prisma/*.prisma and prisma/migrations differ:\n${diff.stdout}`);
  process.exit(empty ? 0 : 1);
}
if (empty) {
  console.log('nothing changed');
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(root, 'prisma/migrations', `${stamp}_${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'migration.sql'), diff.stdout);
  console.log(folder);
}
