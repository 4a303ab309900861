// The Node.js on which Fleetgraph runs: the npm package `node`, which `npm ci` installs. Whatever people start by hand
// begins on the Node.js of their PATH, so an older one must be able to read this file and what imports it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundled = `${root}node_modules/node/bin/node`;
/** The major release that the packages need: that of the package `node`. */
const needed = Number(
  JSON.parse(readFileSync(`${root}package.json`, 'utf8')).dependencies.node.split('.')[0],
);
const running = Number(process.versions.node.split('.')[0]);

/** Where Fleetgraph's Node.js is; ends the process with a message when there is none. */
function fleetgraphNode() {
  if (existsSync(bundled)) return bundled;
  if (running >= needed) return process.execPath;
  console.error(
    `Fleetgraph runs on Node.js ${needed}, which \`npm ci\` installs with it; this is Node.js ${process.versions.node}, and ${bundled} is not there. Run \`npm ci\` (without --ignore-scripts).`,
  );
  process.exit(1);
}

/** Runs Fleetgraph's Node.js with these arguments in the place of this process; what it starts runs on it, too. */
export async function runOnFleetgraphNode(args) {
  const node = fleetgraphNode();
  const PATH = [dirname(node), process.env.PATH].join(delimiter);
  const child = spawn(node, args, { stdio: 'inherit', env: { ...process.env, PATH } });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve) => child.on('exit', (...end) => resolve(end)));
  process.exit(signal ? 1 : code);
}

/** Runs the script that was started again on Fleetgraph's Node.js when this one is older. */
export async function ensureFleetgraphNode() {
  if (running < needed) await runOnFleetgraphNode(process.argv.slice(1));
}
