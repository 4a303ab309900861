import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';
import { hostInfo } from '../host-info.js';
import { type LedgerSearch, ledgerReport } from './summary.js';

const FULL = { runs: 2, steps: 20 };
const QUICK = { runs: 1, steps: 6 };
const TEST = 'test/clusters/ledger/ledger-property.system.test.ts';

/** Runs the property test of the ledger for longer than `npm test`. Throws when it finds drift. */
export async function ledgerBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const machine = hostInfo();
  const { runs, steps } = quick ? QUICK : FULL;
  const report = join(folder, 'ledger.jsonl');
  const child = spawn(process.execPath, [join(packageRoot, 'node_modules/vitest/vitest.mjs'), 'run', TEST], {
    cwd: packageRoot,
    stdio: 'inherit',
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LEDGER_RUNS: String(runs),
      LEDGER_STEPS: String(steps),
      LEDGER_REPORT: report,
    },
  });
  started.defer(() => void child.kill());
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the property test ended with ${code}`);
  const lines = (await readFile(report, 'utf8')).trim().split('\n');
  const searches = lines.map((line) => JSON.parse(line) as LedgerSearch);
  await ledgerReport.publish({ machine, searches }, { quick });
}
