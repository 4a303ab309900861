import { defaultSettings } from '../../kubesim/settings.js';
import { machine, machineLine } from '../machine.js';
import { NODE_VCPUS } from '../platform/clusters.js';
import { raiseQuotas } from '../platform/quotas.js';
import { keepInReadme, keepResults } from '../report.js';
import { checkFleet } from './check.js';
import { Expenses } from './expenses.js';
import { provision } from './provision.js';
import { MemorySampler } from './sampler.js';
import { SPEED, startSubject, type Subject } from './subject.js';
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
  const before = machine();
  const figures = await measure(await startSubject(folder, started), quick ? 10 : 100, started);
  const text = `${fleetTable(figures)}\n\n${machineLine(before)}`;
  console.log(`\n${text}\n`);
  if (quick) return;
  console.log(`Kept in ${await keepResults('fleet', { machine: before, figures })}`);
  await keepInReadme('fleet', text);
}

async function measure(
  subject: Subject,
  clusters: number,
  started: AsyncDisposableStack,
): Promise<FleetFigures> {
  const { seat, statistics, process, databasePid } = subject;
  await raiseQuotas(seat, {
    'ACK_PRO/clustersPerAccount': clusters,
    'load-balancers': clusters,
    'payg-vcpu': clusters * NODES_EACH * NODE_VCPUS,
    // All are in the region's default VPC.
    'custom-routes-per-route-table': clusters * NODES_EACH,
  });
  const expenses = await Expenses.begin(process, databasePid, statistics);
  const sampler = started.use(new MemorySampler({ platform: process.pid, postgres: databasePid }));
  const wish = { clusters, nodesEach: NODES_EACH, deadline: DEADLINE_SECONDS };
  const provisioned = await provision(seat, statistics, wish);
  const spent = await expenses.sinceBegin();
  await sampler[Symbol.asyncDispose]();
  await checkFleet(seat, clusters, NODES_EACH);
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
