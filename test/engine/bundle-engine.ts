import { rename } from 'node:fs/promises';
import { build } from 'esbuild';
import { packageRoot } from '../../kernel/package-root.js';
import { engineProgram } from './engine-program.js';

/** Packages that the bundled ones name but that are not installed, or that an engine never loads. */
const EXTERNAL = ['pg-native', 'typescript'];

/**
 * Bundles the engine that tests start and kill at each fault point: a start takes 0.3 CPU seconds instead of 0.55, because it
 * loads one file instead of hundreds.
 */
export async function setup(): Promise<void> {
  // Another run may be starting engines.
  const outfile = `${engineProgram}.${process.pid}`;
  await build({
    absWorkingDir: packageRoot,
    entryPoints: ['dist/test/engine/engine-process.js'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: EXTERNAL,
    // CommonJS packages call `require`, which modules do not have.
    banner: {
      js: "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);",
    },
    logLevel: 'warning',
  });
  await rename(outfile, engineProgram);
}
