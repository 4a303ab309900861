#!/usr/bin/env node
// Runs the compiled platform on the Node.js that comes with it (the npm package `node`), whatever `node` is first
// in the PATH.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const bundled = join(root, 'node_modules/node/bin/node');
const main = join(root, 'dist/main.js');
if (!existsSync(main)) {
  console.error('fleetgraph is not built yet: run `npm run build`');
  process.exit(1);
}
const { nodeOptions } = await import('../dist/kernel/node-options.js');
const child = spawn(
  existsSync(bundled) ? bundled : process.execPath,
  [...nodeOptions, main, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
