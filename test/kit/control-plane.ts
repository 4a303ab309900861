import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';

/**
 * Folder of the programs of the newest real control plane: that of KUBEBUILDER_ASSETS, or what `npm run control-plane` has built.
 * Without it, prints that `tests` are skipped and returns undefined. Throws if KUBEBUILDER_ASSETS is wrong.
 */
export function builtControlPlane(tests: string): string | undefined {
  const [newest] = builtFolders();
  if (newest === undefined) skip(tests, 'the control plane is not built');
  return newest;
}

/** Folders of two or more versions, separated by colons; undefined, like `builtControlPlane`, if there are fewer. */
export function builtControlPlanes(tests: string): string | undefined {
  const folders = builtFolders();
  if (folders.length > 1) return folders.join(delimiter);
  skip(tests, `${folders.length} of the two versions that they need are built`);
  return undefined;
}

function builtFolders(): string[] {
  const script = join(packageRoot, 'scripts/control-plane.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--find'], { encoding: 'utf8' });
  if (status === 0) return stdout.trim().split(delimiter);
  if (status !== 1) throw new Error(stderr);
  return [];
}

function skip(tests: string, reason: string): void {
  process.stderr.write(`skipped ${tests}: ${reason} (npm run control-plane)\n`);
}
