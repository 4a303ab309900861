import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';
import { hostInfo } from '../host-info.js';
import { writeResultsPage } from '../report.js';
import { percentile } from '../statistics.js';
import { benchActors } from './actors.js';
import type { Comparison } from './comparison.js';
import { demoComparison } from './demo-comparison.js';
import { installPeers } from './install-peers.js';
import { platformComparison } from './platform-comparison.js';
import { profileOurs, profileTables } from './profiles.js';
import { gatewayReport, type TurnSummary } from './report.js';
import { runRounds, type Schedule, type Turn } from './rounds.js';
import { summarize } from './summary.js';
import { uncachedPlans } from './uncached-plans.js';

const ACCOUNT = 'bench';
const CONNECTIONS = 8;
/**
 * The warm-up lets V8 optimize the code of each server (the baseline needs some 20,000 requests for it). A turn has enough
 * requests for percentiles.
 */
const FULL: Schedule = {
  rounds: 9,
  warmUp: { seconds: 6, requests: 1_000 },
  turn: { seconds: 1, requests: 100 },
};
const QUICK: Schedule = {
  rounds: 2,
  warmUp: { seconds: 0.3, requests: 30 },
  turn: { seconds: 0.2, requests: 10 },
};

interface GatewayBenchOptions {
  readonly quick: boolean;
  /** Folder for the files that the gateways read. */
  readonly folder: string;
  /** Folder for CPU profiles. Default none are written. */
  readonly cpuProfile?: string | undefined;
}

/** Measures our gateway and others on the same subgraph processes. */
export async function gatewayBench(
  { quick, folder, cpuProfile }: GatewayBenchOptions,
  started: AsyncDisposableStack,
): Promise<void> {
  await installPeers();
  const machine = hostInfo();
  const secrets = { platform: randomSecret(), auth: randomSecret() };
  const actors = await benchActors(ACCOUNT, CONNECTIONS, secrets);
  const options = { schedule: quick ? QUICK : FULL, quick, cpuProfile };
  const demo = await measure(options, started, async (processes) => {
    const comparison = { folder: await subfolder(folder, 'demo'), actors, authSecret: secrets.auth };
    return demoComparison(comparison, processes);
  });
  const platform = await measure(options, started, async (processes) =>
    platformComparison({ folder: await subfolder(folder, 'platform'), actors, secrets }, processes),
  );
  const results = {
    machine,
    versions: await peerVersions(),
    connections: CONNECTIONS,
    schedule: options.schedule,
    results: [...platform.results, ...demo.results],
    uncachedPlans: demo.uncachedPlans,
    turns: [...platform.turns, ...demo.turns].map(summarizeTurn),
  };
  await gatewayReport.publish(results, { quick });
  const profiles = [...platform.profiles, ...demo.profiles].map(profileTables).join('\n\n');
  console.log(`${profiles}\n`);
  if (!quick)
    await writeResultsPage('gateway-profiles', `# CPU profiles of Fleetgraph's gateway\n\n${profiles}`);
}

interface MeasureOptions {
  readonly schedule: Schedule;
  readonly quick: boolean;
  readonly cpuProfile?: string | undefined;
}

/** Measures the gateways of one comparison; its processes end before this returns. */
async function measure(
  { schedule, quick, cpuProfile }: MeasureOptions,
  started: AsyncDisposableStack,
  start: (processes: AsyncDisposableStack) => Promise<Comparison>,
) {
  const processes = started.use(new AsyncDisposableStack());
  const comparison = await start(processes);
  const turns = await runRounds({ ...comparison, schedule });
  const uncached = await uncachedPlans(comparison, quick);
  const profiles =
    quick && cpuProfile === undefined ? [] : await profileOurs(comparison, schedule.turn, cpuProfile);
  await processes.disposeAsync();
  const baseline = comparison.gateways.at(-1)!;
  const results = comparison.queries.map((query) => ({
    query,
    bytes: comparison.bytes.get(baseline)?.[query.name] ?? NaN,
    figures: summarize(turns, query.name),
  }));
  return { turns, results, uncachedPlans: uncached, profiles };
}

async function subfolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { mode: 0o711 });
  return path;
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

function summarizeTurn({ latencies, ...turn }: Turn): TurnSummary {
  return { ...turn, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

async function peerVersions(): Promise<Record<string, string>> {
  const manifest = await readFile(join(packageRoot, 'bench/peers/package.json'), 'utf8');
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies;
}
