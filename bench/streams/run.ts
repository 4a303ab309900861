import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeSupergraph } from '../../gateway/supergraph/compose.js';
import { packageRoot } from '../../kernel/package-root.js';
import { installPeers } from '../gateway/install-peers.js';
import { hostInfo } from '../host-info.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { type BenchProcess, startProcess, startRole } from '../platform/process.js';
import { type IdleFigures, type StreamFigures, streamsReport } from './summary.js';

const SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { ready: Boolean }
  type Subscription { ticks(topic: Int!): Tick! }
  type Tick { topic: Int! n: Int! text: String! }`;

/** Transport, variables and rate of one measurement. */
interface Scenario {
  readonly name: string;
  readonly transport: 'ws' | 'sse';
  readonly variables: 'same' | 'different';
  readonly perSecond: number;
  readonly events: number;
}

interface StreamsBenchOptions {
  readonly quick: boolean;
  readonly folder: string;
}

const script = (name: string) => join(packageRoot, 'dist/bench/streams', `${name}.js`);

/** Measures CPU per event and subscriber, and memory per idle subscriber. */
export async function streamsBench(
  { quick, folder }: StreamsBenchOptions,
  started: AsyncDisposableStack,
): Promise<void> {
  await installPeers();
  const machine = hostInfo();
  const subscribers = quick ? 100 : 1000;
  const seconds = quick ? 1 : 5;
  const source = await disposeOnExit(started, startProcess({ name: 'source', args: [script('source')] }));
  const file = join(folder, 'ticks.graphql');
  await writeFile(file, composeSupergraph([{ name: 'ticks', sdl: SDL, url: `${source.url}/graphql` }]));
  const fleetgraph = () => startFleetgraph(file);
  const hive =
    (...options: string[]) =>
    () =>
      startHive(file, options);
  const broadcast = () => startProcess({ name: 'broadcast', args: [script('broadcast')] });
  const same: Scenario = {
    name: 'same',
    transport: 'ws',
    variables: 'same',
    perSecond: 100,
    events: 100 * seconds,
  };
  const different: Scenario = {
    name: 'different',
    transport: 'sse',
    variables: 'different',
    perSecond: 2,
    events: 2 * 4 * seconds,
  };
  const measureWith = (
    server: string,
    start: () => Promise<BenchProcess>,
    scenario: Scenario,
    eventSource?: BenchProcess,
  ) => measure({ server, start, scenario, eventSource, subscribers });
  const figures = [
    await measureWith('Fleetgraph, one operation', fleetgraph, same, source),
    await measureWith('plain ws, the same bytes', broadcast, same),
    await measureWith('Fleetgraph, all different', fleetgraph, different, source),
    await measureWith('Hive Gateway, all different', hive(), different, source),
    await measureWith('Hive Gateway, Rust planner, all different', hive('rust'), different, source),
    await measureWith('Hive Gateway by WebSocket, all different', hive('ws'), different, source),
    await measureWith('Hive Gateway by WebSocket, Rust planner', hive('ws', 'rust'), different, source),
  ];
  const idle = await measureIdle(fleetgraph, quick ? 500 : 10_000);
  await streamsReport.publish({ machine, subscribers, figures, idle }, { quick });
}

interface Measurement {
  readonly server: string;
  readonly start: () => Promise<BenchProcess>;
  readonly scenario: Scenario;
  /** The process that emits events. Default the server itself. */
  readonly eventSource: BenchProcess | undefined;
  readonly subscribers: number;
}

async function measure({
  server,
  start,
  scenario,
  eventSource,
  subscribers,
}: Measurement): Promise<StreamFigures> {
  await using process = await start();
  const origin = new URL(process.url).origin;
  const source = eventSource?.url ?? origin;
  const { transport, variables, events, perSecond } = scenario;
  await using clients = await startProcess({
    name: 'subscribers',
    args: [script('subscribers'), `${origin}/graphql`, transport, String(subscribers), variables],
  });
  const upstreams = variables === 'same' && eventSource ? 1 : subscribers;
  await until(async () => (await read(`${source}/subscribers`)) >= upstreams);
  const warmUp = 20;
  await post(`${source}/emit`, { events: warmUp, perSecond: 5 });
  const warmUpMessages = await stableValue(() => read(clients.url));
  const from = await process.cpu();
  await post(`${source}/emit`, { events, perSecond });
  const delivered = (await stableValue(() => read(clients.url))) - warmUpMessages;
  const to = await process.cpu();
  const cpu = to.user - from.user + (to.system - from.system);
  console.log(
    `${server}: ${(cpu / delivered).toFixed(1)} µs per message, ${delivered} of ${events * subscribers}`,
  );
  return {
    server,
    scenario: scenario.name,
    delivered,
    expected: events * subscribers,
    microseconds: cpu / delivered,
  };
}

/** Growth of the gateway's resident memory per subscriber without events. */
async function measureIdle(start: () => Promise<BenchProcess>, subscribers: number): Promise<IdleFigures> {
  await using processes = new AsyncDisposableStack();
  const gateway = processes.use(await start());
  const origin = new URL(gateway.url).origin;
  const open = async (count: number) => {
    const args = [script('subscribers'), `${origin}/graphql`, 'ws', String(count), 'same'];
    processes.use(await startProcess({ name: 'subscribers', args }));
  };
  // The first subscribers also allocate the memory that all subscribers share.
  await open(100);
  await sleep(1000);
  const before = await residentBytes(gateway.pid);
  await open(subscribers);
  await sleep(3000);
  const after = await residentBytes(gateway.pid);
  return { subscribers, bytes: (after - before) / subscribers };
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) * 1024;
}

function startFleetgraph(file: string): Promise<BenchProcess> {
  return startRole(['gateway', '--supergraph', file], {
    PORT: '0',
    FLEETGRAPH_AUTH: 'off',
    CONNECTIONS_PER_ACCOUNT: '100000',
  });
}

function startHive(file: string, options: readonly string[]): Promise<BenchProcess> {
  const peer = join(packageRoot, 'bench/peers/hive.mjs');
  return startProcess({ name: 'Hive Gateway', args: [peer, file, ...options] });
}

async function read(url: string): Promise<number> {
  return Number(await (await fetch(url)).text());
}

async function post(url: string, body: object): Promise<void> {
  await (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).text();
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; !(await condition()); i += 1) {
    if (i > 600) throw new Error('the subscriptions did not reach the subgraph within a minute');
    await sleep(100);
  }
}

/** The value once it has stayed the same for half a second. */
async function stableValue(value: () => Promise<number>): Promise<number> {
  let last = await value();
  for (let same = 0; same < 5;) {
    await sleep(100);
    const now = await value();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}
