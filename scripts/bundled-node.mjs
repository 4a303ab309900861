// The Node.js on which Fleetgraph runs: the npm package `node`, which `npm ci` installs. Scripts start on the Node.js of the
// PATH, so this file and its importers must run on Node.js 20.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundled = `${root}node_modules/node/bin/node`;
/** The required major version: that of the package `node`. */
const needed = Number(
  JSON.parse(readFileSync(`${root}package.json`, 'utf8')).dependencies.node.split('.')[0],
);
const running = Number(process.versions.node.split('.')[0]);

/** Path of Fleetgraph's Node.js; ends the process with a message if it is not installed. */
function fleetgraphNode() {
  if (existsSync(bundled)) return bundled;
  if (running >= needed) return process.execPath;
  console.error(
    `Fleetgraph runs on Node.js ${needed}, which \`npm ci\` installs with it; this is Node.js ${process.versions.node}, and ${bundled} is not there. Run \`npm ci\` (without --ignore-scripts).`,
  );
  process.exit(1);
}

/** Runs Fleetgraph's Node.js with these arguments and exits with its code. Its folder is first in the PATH of the process. */
export async function runOnFleetgraphNode(args) {
  const node = fleetgraphNode();
  const PATH = [dirname(node), process.env.PATH].join(delimiter);
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, PATH } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve) => child.on('exit', (...end) => resolve(end)));
  process.exit(signal ? 1 : code);
}

/** Runs the current script on Fleetgraph's Node.js if this one is older. */
export async function ensureFleetgraphNode() {
  if (running < needed) await runOnFleetgraphNode(process.argv.slice(1));
}
