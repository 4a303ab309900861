import { defaultSettings } from '../../kubesim/settings.js';
import { hostInfo } from '../host-info.js';
import { NODE_VCPUS } from '../platform/clusters.js';
import { raiseQuotas } from '../platform/quotas.js';
import { checkFleet } from './check.js';
import { UsageMeter } from './resource-usage.js';
import { provision } from './provision.js';
import { MemorySampler } from './sampler.js';
import { SPEED, startSystemUnderTest, type SystemUnderTest } from './system-under-test.js';
import { type FleetFigures, fleetReport } from './summary.js';

/** Simulated boot times are up to this factor above the configured ones. */
const SPREAD = 1.2;
const NODES_EACH = 10;
const DEADLINE_SECONDS = 240;

/** Provisions a fleet with `fleetgraph start` on its own database. */
export async function fleetBench(
  { quick, folder }: { readonly quick: boolean; readonly folder: string },
  started: AsyncDisposableStack,
): Promise<void> {
  const machine = hostInfo();
  const figures = await measure(await startSystemUnderTest(folder, started), quick ? 10 : 100, started);
  await fleetReport.publish({ machine, figures }, { quick });
}

async function measure(
  system: SystemUnderTest,
  clusters: number,
  started: AsyncDisposableStack,
): Promise<FleetFigures> {
  const { endpoint, statistics, process, databasePid } = system;
  await raiseQuotas(endpoint, {
    'ACK_PRO/clustersPerAccount': clusters,
    'load-balancers': clusters,
    'payg-vcpu': clusters * NODES_EACH * NODE_VCPUS,
    // The clusters of a region share its default VPC and with it the route table.
    'custom-routes-per-route-table': clusters * NODES_EACH,
  });
  const usageMeter = await UsageMeter.start(process, databasePid, statistics);
  const sampler = started.use(new MemorySampler({ platform: process.pid, postgres: databasePid }));
  const fleet = { clusters, nodesEach: NODES_EACH, deadline: DEADLINE_SECONDS };
  const provisioned = await provision(endpoint, statistics, fleet);
  const usage = await usageMeter.sinceStart();
  await sampler[Symbol.asyncDispose]();
  await checkFleet(endpoint, clusters, NODES_EACH);
  const { bootSeconds } = defaultSettings;
  return {
    ...provisioned,
    ...usage,
    clusters,
    nodes: (await statistics.progress()).nodes,
    speed: SPEED,
    ideal: (SPREAD * (bootSeconds.controlPlane + bootSeconds.node)) / SPEED,
    provisioning: await statistics.provisioningSeconds(),
    peaks: sampler.peaks,
  };
}
