import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';

/**
 * Folder of the programs of a real control plane: that of KUBEBUILDER_ASSETS, or what `npm run control-plane` has built.
 * Without them it prints that `tests` are skipped and returns undefined. Throws if KUBEBUILDER_ASSETS is wrong.
 */
export function builtControlPlane(tests: string): string | undefined {
  const script = join(packageRoot, 'scripts/control-plane.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--find'], { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  if (status !== 1) throw new Error(stderr);
  process.stderr.write(`skipped ${tests}: the control plane is not built (npm run control-plane)\n`);
  return undefined;
}
