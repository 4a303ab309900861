// Builds what is out of date: Prisma's client when a schema file changed, then everything with tsc.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildGraphiQL } from './graphiql.mjs';

const root = join(import.meta.dirname, '..');
const generated = join(root, 'prisma/generated');
const stamp = join(generated, '.schema-hash');

function run(program, args) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  if (status !== 0) process.exit(status ?? 1);
}

function schemaHash() {
  const hash = createHash('sha256');
  const files = readdirSync(join(root, 'prisma')).filter((file) => file.endsWith('.prisma'));
  for (const file of files.sort()) hash.update(readFileSync(join(root, 'prisma', file)));
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}

const hash = schemaHash();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  run('prisma/build/index.js', ['generate']);
  writeFileSync(stamp, hash);
}
// The native compiler (TypeScript 7); the package `typescript` beside it is for the linter, which needs version 6.
run('typescript-native/bin/tsc', ['-b', '.', 'gateway/graphiql']);
await buildGraphiQL();
