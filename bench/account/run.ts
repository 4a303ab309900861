import { SPEED, startSystemUnderTest } from '../fleet/system-under-test.js';
import { hostInfo } from '../host-info.js';
import { addClusters, fillQuotas, type Growth, growPool, measure } from './grow.js';
import { accountReport } from './summary.js';

const FULL = { clusters: 100, sizes: [250, 500, 1_000] };
const QUICK = { clusters: 62, sizes: [80, 100] };

/** Fills the quotas of an account with `fleetgraph start` on its own database. */
export async function accountBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const machine = hostInfo();
  const { clusters, sizes } = quick ? QUICK : FULL;
  const system = await startSystemUnderTest(folder, started);
  const { endpoint } = system;
  const { poolId, rejections, rejected } = await fillQuotas(system, { clusters, nodes: sizes.at(-1) ?? 0 });
  const growths: Growth[] = [];
  if (rejected.length > 0)
    growths.push(
      await measure(system, `${rejected.length} clusters at once`, () => addClusters(endpoint, rejected)),
    );
  for (const size of sizes)
    growths.push(
      await measure(system, `one cluster to ${size} nodes`, () => growPool(endpoint, poolId, size)),
    );
  const figures = { clusters, speed: SPEED, rejections, growths };
  await accountReport.publish({ machine, figures }, { quick });
}
