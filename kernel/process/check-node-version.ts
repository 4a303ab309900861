/**
 * Exits with a message if Node.js is too old. Imported before all other modules: on an old Node.js they fail to load, with
 * errors that do not name the reason. This module must load on every version.
 */

/** The oldest supported major version; the same as of the package `node` in package.json. */
export const MIN_NODE_VERSION = 24;

const running = process.versions.node;
if (Number(running.split('.')[0]) < MIN_NODE_VERSION) {
  process.stderr.write(
    `Fleetgraph runs on Node.js ${MIN_NODE_VERSION} or newer; this is Node.js ${running}. Run bin/fleetgraph.js instead, which uses the Node.js that \`npm ci\` installed.\n`,
  );
  process.exit(1);
}
