#!/usr/bin/env node
// Runs the compiled platform on the Node.js that comes with it (the npm package `node`), whatever `node` is first
// in the PATH.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runOnFleetgraphNode } from '../scripts/bundled-node.mjs';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
if (!existsSync(main)) {
  console.error('Fleetgraph is not built yet: run `npm run build`.');
  process.exit(1);
}
const { nodeOptionsOf } = await import('../dist/kernel/process/node-options.js');
const args = process.argv.slice(2);
await runOnFleetgraphNode([...nodeOptionsOf(args[0], process.env), main, ...args]);
