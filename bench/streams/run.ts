import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeSupergraph } from '../../gateway/supergraph/compose.js';
import { packageRoot } from '../../kernel/package-root.js';
import { installPeers } from '../gateway/install-peers.js';
import { hostInfo, hostInfoLine } from '../host-info.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { type BenchProcess, startProcess, startRole } from '../platform/process.js';
import { keepInReadme, keepResults, table } from '../report.js';

const SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { ready: Boolean }
  type Subscription { ticks(topic: Int!): Tick! }
  type Tick { topic: Int! n: Int! text: String! }`;

/** How subscribers are served in one measurement. */
interface Case {
  readonly name: string;
  readonly transport: 'ws' | 'sse';
  readonly variables: 'same' | 'different';
  readonly perSecond: number;
  readonly events: number;
}

interface Figure {
  readonly served: string;
  readonly case: string;
  readonly delivered: number;
  readonly expected: number;
  /** CPU of the serving process, in microseconds a message. */
  readonly microseconds: number;
}

interface StreamsBenchOptions {
  readonly quick: boolean;
  readonly folder: string;
}

const script = (name: string) => join(packageRoot, 'dist/bench/streams', `${name}.js`);

/** Measures what an event costs for each subscriber, and what a subscriber costs who hears nothing. */
export async function streamsBench(
  { quick, folder }: StreamsBenchOptions,
  started: AsyncDisposableStack,
): Promise<void> {
  await installPeers();
  const before = hostInfo();
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
  const same: Case = {
    name: 'same',
    transport: 'ws',
    variables: 'same',
    perSecond: 100,
    events: 100 * seconds,
  };
  const different: Case = {
    name: 'different',
    transport: 'sse',
    variables: 'different',
    perSecond: 2,
    events: 2 * 4 * seconds,
  };
  const measure = (served: string, start: () => Promise<BenchProcess>, one: Case, emits?: BenchProcess) =>
    measured({ served, start, one, emits, subscribers });
  const figures = [
    await measure('Fleetgraph, one operation', fleetgraph, same, source),
    await measure('plain ws, the same bytes', broadcast, same),
    await measure('Fleetgraph, all different', fleetgraph, different, source),
    await measure('Hive Gateway, all different', hive(), different, source),
    await measure('Hive Gateway, Rust planner, all different', hive('rust'), different, source),
    await measure('Hive Gateway by WebSocket, all different', hive('ws'), different, source),
    await measure('Hive Gateway by WebSocket, Rust planner', hive('ws', 'rust'), different, source),
  ];
  const idle = await idleCost(fleetgraph, quick ? 500 : 10_000);
  const text = [report(figures, subscribers), idleLine(idle), hostInfoLine(before)].join('\n\n');
  console.log(`\n${text}\n`);
  if (quick) return;
  console.log(`Kept in ${await keepResults('streams', { machine: before, subscribers, figures, idle })}`);
  await keepInReadme('streams', text);
}

interface Measurement {
  readonly served: string;
  readonly start: () => Promise<BenchProcess>;
  readonly one: Case;
  /** What events come from; the serving process itself when left out. */
  readonly emits: BenchProcess | undefined;
  readonly subscribers: number;
}

async function measured({ served, start, one, emits, subscribers }: Measurement): Promise<Figure> {
  await using serving = await start();
  const origin = new URL(serving.url).origin;
  const source = emits?.url ?? origin;
  const { transport, variables, events, perSecond } = one;
  await using clients = await startProcess({
    name: 'subscribers',
    args: [script('subscribers'), `${origin}/graphql`, transport, String(subscribers), variables],
  });
  const upstreams = variables === 'same' && emits ? 1 : subscribers;
  await until(async () => (await read(`${source}/subscribers`)) >= upstreams);
  const warmUp = 20;
  await post(`${source}/emit`, { events: warmUp, perSecond: 5 });
  await settled(() => read(clients.url));
  const seen = await read(clients.url);
  const from = await serving.cpu();
  await post(`${source}/emit`, { events, perSecond });
  const delivered = (await settled(() => read(clients.url))) - seen;
  const to = await serving.cpu();
  const cpu = to.user - from.user + (to.system - from.system);
  console.log(
    `${served}: ${(cpu / delivered).toFixed(1)} µs a message, ${delivered} of ${events * subscribers}`,
  );
  return { served, case: one.name, delivered, expected: events * subscribers, microseconds: cpu / delivered };
}

/** Bytes that each of many subscribers who hear nothing adds to the gateway's resident memory. */
async function idleCost(start: () => Promise<BenchProcess>, subscribers: number) {
  await using serving = await start();
  const origin = new URL(serving.url).origin;
  const open = (count: number) =>
    startProcess({
      name: 'subscribers',
      args: [script('subscribers'), `${origin}/graphql`, 'ws', String(count), 'same'],
    });
  await using first = await open(100);
  await sleep(1000);
  const before = await residentBytes(serving.pid);
  await using more = await open(subscribers);
  await sleep(3000);
  const after = await residentBytes(serving.pid);
  return { subscribers, bytes: (after - before) / subscribers, pids: [first.pid, more.pid].length };
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
    if (i > 600) throw new Error('the subscribers did not get through to the source within a minute');
    await sleep(100);
  }
}

/** The value once it has stayed the same for half a second. */
async function settled(value: () => Promise<number>): Promise<number> {
  let last = await value();
  for (let same = 0; same < 5;) {
    await sleep(100);
    const now = await value();
    same = now === last ? same + 1 : 0;
    last = now;
  }
  return last;
}

function report(figures: readonly Figure[], subscribers: number): string {
  const ours = (name: string) =>
    figures.find((figure) => figure.case === name && figure.served.startsWith('Fleetgraph'))?.microseconds ??
    NaN;
  const rows = figures.map((figure) => [
    figure.served,
    figure.microseconds.toFixed(1),
    (figure.microseconds / ours(figure.case)).toFixed(2),
    `${figure.delivered} of ${figure.expected}`,
  ]);
  const head = [`${subscribers} subscribers`, 'CPU µs a message', '× ours', 'delivered'];
  return table(head, rows);
}

function idleLine({ subscribers, bytes }: { readonly subscribers: number; readonly bytes: number }): string {
  return `**${subscribers} idle subscribers**, each on a WebSocket of its own: ${(bytes / 1000).toFixed(1)} kB of resident memory each.`;
}
