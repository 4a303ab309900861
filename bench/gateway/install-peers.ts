import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';

const folder = join(packageRoot, 'bench/peers');

/** Installs the other gateways as bench/peers/package-lock.json lists them, unless they are installed. */
export async function installPeers(): Promise<void> {
  if (
    changed('node_modules/.package-lock.json') >
    Math.max(changed('package-lock.json'), changed('package.json'))
  )
    return;
  console.log('Installing the other gateways (npm ci in bench/peers) …');
  const npm = spawn('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(npm, 'close')) as [number];
  if (code !== 0) throw new Error(`npm ci in bench/peers ended with ${code}`);
}

function changed(file: string): number {
  return statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
