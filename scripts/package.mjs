// `npm run package`: writes fleetgraph-VERSION.tgz, a build that runs without development dependencies:
//   tar -xzf fleetgraph-0.1.0.tgz && cd package && npm ci --omit=dev && bin/fleetgraph.js start
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './build.mjs';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'fleetgraph-package-'));
const unpacked = join(folder, 'package');
const run = (program, args, cwd) =>
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });

try {
  run('npm', ['pack', '--silent', '--pack-destination', folder], root);
  const [tarball] = readdirSync(folder);
  run('tar', ['-xzf', join(folder, tarball), '-C', folder], root);
  const file = join(unpacked, 'package.json');
  // Prisma's command line is an optional peer of its client: npm installs it if the lock file contains it.
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  delete manifest.devDependencies;
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(root, 'package-lock.json'), join(unpacked, 'package-lock.json'));
  run('npm', ['install', '--package-lock-only', '--prefer-offline', '--no-audit', '--no-fund'], unpacked);
  // npm packs npm-shrinkwrap.json but never package-lock.json.
  renameSync(join(unpacked, 'package-lock.json'), join(unpacked, 'npm-shrinkwrap.json'));
  writeFileSync(
    file,
    `${JSON.stringify({ ...manifest, files: [...manifest.files, 'npm-shrinkwrap.json'] }, null, 2)}\n`,
  );
  run('npm', ['pack', '--silent', '--pack-destination', root], unpacked);
  console.log(tarball);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
