/**
 * Ends the process with a message on a Node.js that is too old. Imported before everything else: on an older one other
 * modules fail while they are loaded, with errors that say nothing of it. This one must load on any.
 */

/** The major release that the packages need; package.json has it as the version of the package `node`. */
export const MIN_NODE_VERSION = 24;

const running = process.versions.node;
if (Number(running.split('.')[0]) < MIN_NODE_VERSION) {
  process.stderr.write(
    `Fleetgraph runs on Node.js ${MIN_NODE_VERSION} or newer; this is Node.js ${running}. Run bin/fleetgraph.js instead, which goes on with the Node.js that \`npm ci\` has installed.\n`,
  );
  process.exit(1);
}
