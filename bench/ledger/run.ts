import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';
import { hostInfo, hostInfoLine } from '../host-info.js';
import { keepInReadme, keepResults } from '../report.js';
import { type LedgerSearch, ledgerTable } from './summary.js';

const FULL = { runs: 2, steps: 20 };
const QUICK = { runs: 1, steps: 6 };
const TEST = 'test/clusters/ledger/ledger-property.system.test.ts';

/** Searches for drift of the ledger by the property test, longer than `npm test` does. Throws when it finds some. */
export async function ledgerBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const before = hostInfo();
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
  if (code !== 0) throw new Error(`the search for drift ended with ${code}`);
  const lines = (await readFile(report, 'utf8')).trim().split('\n');
  const searches = lines.map((line) => JSON.parse(line) as LedgerSearch);
  const text = `${ledgerTable(searches)}\n\n${hostInfoLine(before)}`;
  console.log(`\n${text}\n`);
  if (quick) return;
  console.log(`Kept in ${await keepResults('ledger', { machine: before, searches })}`);
  await keepInReadme('ledger', text);
}
