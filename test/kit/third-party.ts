import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';

/** Paths of programs of others that run against clusters. */
export interface ThirdParty {
  readonly helm: string;
  /** The operator of ChaosPods of controller-runtime's examples. */
  readonly operator: string;
}

/** The programs that `npm run third-party` has built; without them it prints that `tests` are skipped and returns undefined. */
export function builtThirdParty(tests: string): ThirdParty | undefined {
  const script = join(packageRoot, 'scripts/third-party.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--find'], { encoding: 'utf8' });
  if (status === 0) {
    const [helm = '', operator = ''] = stdout.split('\n');
    return { helm, operator };
  }
  if (status !== 1) throw new Error(stderr);
  process.stderr.write(`skipped ${tests}: they need programs of others (npm run third-party)\n`);
  return undefined;
}
