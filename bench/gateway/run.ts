import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';
import { hostInfo, hostInfoLine } from '../host-info.js';
import { keepInReadme, keepResults, keepText } from '../report.js';
import { percentile } from '../statistics.js';
import { benchActors } from './actors.js';
import { uncachedPlans, uncachedPlansTable } from './uncached-plans.js';
import { demoComparison } from './demo-comparison.js';
import type { Comparison } from './comparison.js';
import { installPeers } from './install-peers.js';
import { platformComparison } from './platform-comparison.js';
import { profileOurs, profileTables } from './profiles.js';
import { runRounds, type Schedule, type Turn } from './rounds.js';
import { gatewayTable, summarize } from './summary.js';
import { targetTable } from './targets.js';

const ACCOUNT = 'bench';
const CONNECTIONS = 8;
/**
 * Long enough that what the compiler has left to do is lost in a turn (the least request takes some 20,000 of them until
 * then), and that nobody's turn is so few requests that their percentiles say nothing.
 */
const WHOLE: Schedule = {
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
  /** For the files that others read. */
  readonly folder: string;
  /** Where whole CPU profiles are kept. */
  readonly cpuProfile?: string | undefined;
}

/** Measures our gateway beside others on the same subgraph processes, prints the tables and keeps them. */
export async function gatewayBench(
  { quick, folder, cpuProfile }: GatewayBenchOptions,
  started: AsyncDisposableStack,
): Promise<void> {
  await installPeers();
  const before = hostInfo();
  const secrets = { platform: randomSecret(), auth: randomSecret() };
  const actors = await benchActors(ACCOUNT, CONNECTIONS, secrets);
  const how = { quick, cpuProfile };
  const ofDemo = await measured(how, started, async (own) => {
    const options = { folder: await inside(folder, 'demo'), actors, authSecret: secrets.auth };
    return demoComparison(options, own);
  });
  const ofPlatform = await measured(how, started, async (own) =>
    platformComparison({ folder: await inside(folder, 'platform'), actors, secrets }, own),
  );
  const results = [...ofPlatform.results, ...ofDemo.results];
  const cold = ofDemo.cold;
  const profiles = [...ofPlatform.profiles, ...ofDemo.profiles];
  const tables = [...ofPlatform.tables, ...ofDemo.tables, uncachedPlansTable(cold)];
  const text = [targetTable(results, cold), ...tables, hostInfoLine(before)].join('\n\n');
  const whereTo = profiles.map(profileTables).join('\n\n');
  console.log(`\n${text}\n\n${whereTo}\n`);
  if (quick) return;
  const versions = await peerVersions();
  const kept = { machine: before, versions, connections: CONNECTIONS, schedule: WHOLE, results, cold };
  const turns = [...ofPlatform.turns, ...ofDemo.turns].map(withPercentiles);
  console.log(`Kept in ${await keepResults('gateway', { ...kept, turns })}`);
  await keepInReadme('gateway', text);
  await keepText('gateway-profiles', `# Where the CPU time of our gateway goes\n\n${whereTo}`);
}

/** Lets everybody of a field take turns; what was started for it is ended before the next one. */
async function measured(
  { quick, cpuProfile }: Pick<GatewayBenchOptions, 'quick' | 'cpuProfile'>,
  started: AsyncDisposableStack,
  start: (own: AsyncDisposableStack) => Promise<Comparison>,
) {
  const own = started.use(new AsyncDisposableStack());
  const field = await start(own);
  const schedule = quick ? QUICK : WHOLE;
  const turns = await runRounds({ ...field, schedule });
  const cold = await uncachedPlans(field, quick);
  const profiles =
    quick && cpuProfile === undefined ? [] : await profileOurs(field, schedule.turn, cpuProfile);
  await own.disposeAsync();
  const results = field.queries.map((query) => ({ query, figures: summarize(turns, query.name) }));
  const baseline = field.contestants.at(-1)!;
  const tables = results.map(({ query, figures }) =>
    gatewayTable(query, field.bytes.get(baseline)?.[query.name] ?? NaN, figures, schedule),
  );
  return { turns, results, tables, cold, profiles };
}

async function inside(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { mode: 0o711 });
  return path;
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A turn as it is kept: thousands of single latencies say no more than these. */
function withPercentiles({ latencies, ...turn }: Turn) {
  return { ...turn, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

async function peerVersions(): Promise<Record<string, string>> {
  const manifest = await readFile(join(packageRoot, 'bench/peers/package.json'), 'utf8');
  return (JSON.parse(manifest) as { dependencies: Record<string, string> }).dependencies;
}
