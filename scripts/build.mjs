// Builds outdated files: Prisma's client when a schema file has changed, then all projects with tsc. Needs the development
// dependencies; the package of `npm run package` runs without them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureFleetgraphNode } from './bundled-node.mjs';

await ensureFleetgraphNode();
const root = join(import.meta.dirname, '..');
const generated = join(root, 'prisma/generated');
const stamp = join(generated, '.schema-hash');

/** Runs a program of a package; prints its output if it fails. */
function run(program, args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules', program), ...args],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    },
  );
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}`);
  process.exit(status ?? 1);
}

function schemaHash() {
  const hash = createHash('sha256');
  const files = readdirSync(join(root, 'prisma')).filter((file) => file.endsWith('.prisma'));
  for (const file of files.sort()) hash.update(readFileSync(join(root, 'prisma', file)));
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}

/** Deletes compiled files without sources, because the folder is published. */
function removeStale(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const source = relative(folder, file).replace(/\.(js|d\.ts)$/, '.ts');
    if (entry.isFile() && !existsSync(join(root, source))) rmSync(file);
  }
}

if (!existsSync(join(root, 'node_modules/typescript-native'))) {
  console.error('Building needs the development dependencies, which are not installed. Run `npm ci`.');
  process.exit(1);
}
const hash = schemaHash();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
  console.log('  Generating the database client …');
  run('prisma/build/index.js', ['generate']);
  writeFileSync(stamp, hash);
}
const isFirst = !existsSync(join(root, 'dist/main.js'));
if (isFirst) console.log('  Compiling (the first time takes up to a minute) …');
// The native compiler (TypeScript 7); the linter needs the package `typescript` in version 6.
run('typescript-native/bin/tsc', ['-b', 'tsconfig.json', 'packages/gateway', 'gateway/graphiql']);
removeStale(join(root, 'packages/gateway/dist'));
// Imported late because the script imports a package: without `npm ci` the messages above are printed first.
const { buildGraphiQL } = await import('./graphiql.mjs');
if (isFirst) console.log('  Building GraphiQL …');
await buildGraphiQL();
