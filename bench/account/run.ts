import { SPEED, startSystemUnderTest } from '../fleet/system-under-test.js';
import { hostInfo, hostInfoLine } from '../host-info.js';
import { keepInReadme, keepResults } from '../report.js';
import { addClusters, fillQuotas, type Growth, growPool, measured } from './grow.js';
import { type AccountFigures, accountTable } from './summary.js';

const FULL = { clusters: 100, sizes: [250, 500, 1_000] };
const QUICK = { clusters: 62, sizes: [80, 100] };

/** Fills an account in an all-in-one process of its own, prints the figures and keeps them. */
export async function accountBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const before = hostInfo();
  const { clusters, sizes } = quick ? QUICK : FULL;
  const subject = await startSystemUnderTest(folder, started);
  const { endpoint } = subject;
  const { poolId, refusals, refused } = await fillQuotas(subject, { clusters, nodes: sizes.at(-1) ?? 0 });
  const growths: Growth[] = [];
  if (refused.length > 0)
    growths.push(
      await measured(subject, `${refused.length} clusters at once`, () => addClusters(endpoint, refused)),
    );
  for (const size of sizes)
    growths.push(
      await measured(subject, `one cluster to ${size} nodes`, () => growPool(endpoint, poolId, size)),
    );
  const figures: AccountFigures = { clusters, speed: SPEED, refusals, growths };
  const text = `${accountTable(figures)}\n\n${hostInfoLine(before)}`;
  console.log(`\n${text}\n`);
  if (quick) return;
  console.log(`Kept in ${await keepResults('account', { machine: before, figures })}`);
  await keepInReadme('account', text);
}
