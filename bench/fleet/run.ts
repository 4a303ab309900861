import { defaultSettings } from '../../kubesim/settings.js';
import { hostInfo, hostInfoLine } from '../host-info.js';
import { NODE_VCPUS } from '../platform/clusters.js';
import { raiseQuotas } from '../platform/quotas.js';
import { keepInReadme, keepResults } from '../report.js';
import { checkFleet } from './check.js';
import { UsageMeter } from './resource-usage.js';
import { provision } from './provision.js';
import { MemorySampler } from './sampler.js';
import { SPEED, startSystemUnderTest, type SystemUnderTest } from './system-under-test.js';
import { type FleetFigures, fleetTable } from './summary.js';

/** Simulated times are spread by so much around what the settings say. */
const SPREAD = 1.2;
const NODES_EACH = 10;
const DEADLINE_SECONDS = 240;

/** Provisions a fleet in an all-in-one process of its own, prints the figures and keeps them. */
export async function fleetBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const before = hostInfo();
  const figures = await measure(await startSystemUnderTest(folder, started), quick ? 10 : 100, started);
  const text = `${fleetTable(figures)}\n\n${hostInfoLine(before)}`;
  console.log(`\n${text}\n`);
  if (quick) return;
  console.log(`Kept in ${await keepResults('fleet', { machine: before, figures })}`);
  await keepInReadme('fleet', text);
}

async function measure(
  subject: SystemUnderTest,
  clusters: number,
  started: AsyncDisposableStack,
): Promise<FleetFigures> {
  const { endpoint, statistics, process, databasePid } = subject;
  await raiseQuotas(endpoint, {
    'ACK_PRO/clustersPerAccount': clusters,
    'load-balancers': clusters,
    'payg-vcpu': clusters * NODES_EACH * NODE_VCPUS,
    // All are in the region's default VPC.
    'custom-routes-per-route-table': clusters * NODES_EACH,
  });
  const expenses = await UsageMeter.start(process, databasePid, statistics);
  const sampler = started.use(new MemorySampler({ platform: process.pid, postgres: databasePid }));
  const fleet = { clusters, nodesEach: NODES_EACH, deadline: DEADLINE_SECONDS };
  const provisioned = await provision(endpoint, statistics, fleet);
  const spent = await expenses.sinceStart();
  await sampler[Symbol.asyncDispose]();
  await checkFleet(endpoint, clusters, NODES_EACH);
  const { bootSeconds } = defaultSettings;
  return {
    ...provisioned,
    ...spent,
    clusters,
    nodes: (await statistics.progress()).nodes,
    speed: SPEED,
    ideal: (SPREAD * (bootSeconds.controlPlane + bootSeconds.node)) / SPEED,
    provisioning: await statistics.provisioningSeconds(),
    peaks: sampler.peaks,
  };
}
