import type { BenchProcess } from '../platform/process.js';
import type { BenchGateway } from './gateways.js';
import { type Amount, load } from './load.js';
import type { BenchQuery } from './queries.js';

/** Measurements of one gateway in one turn of one query. */
export interface Turn {
  readonly round: number;
  readonly query: string;
  readonly gateway: string;
  readonly requests: number;
  /** CPU milliseconds (user and system) of the gateway's process per request. */
  readonly cpu: number;
  /** CPU milliseconds of all subgraphs together per request. */
  readonly subgraphCpu: number;
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
}

/**
 * How long each gateway is under load. Turns have the same length, not the same number of requests: with equal numbers the
 * turn of a fast server would end before its code is compiled and in the CPU's caches, and its figure would contain that.
 */
export interface Schedule {
  readonly rounds: number;
  /** Unmeasured requests of each query to each gateway, before the first round. */
  readonly warmUp: Amount;
  /** One gateway's turn of one query. */
  readonly turn: Amount;
}

export interface RoundsOptions {
  readonly gateways: readonly BenchGateway[];
  readonly queries: readonly BenchQuery[];
  readonly schedule: Schedule;
  readonly subgraphs: readonly BenchProcess[];
  /** Bytes of each gateway's response by query. */
  readonly bytes: ReadonlyMap<BenchGateway, Readonly<Record<string, number>>>;
}

/**
 * Warms the gateways up, then measures them in turns: every round has each gateway once with each query. The first gateway
 * of a round changes, so that other load on the machine affects all of them alike.
 */
export async function runRounds(options: RoundsOptions): Promise<Turn[]> {
  const { gateways, queries } = options;
  const { rounds, warmUp } = options.schedule;
  for (const query of queries) {
    for (const gateway of gateways) await load(gateway, query, warmUp);
  }
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round++) {
    const order = rotated(gateways, round);
    for (const query of queries) {
      for (const gateway of order) turns.push(await takeTurn(options, { round, query, gateway }));
    }
    console.log(`round ${round + 1} of ${rounds}`);
  }
  return turns;
}

/** The items in their order, in each round starting with the next one. */
export function rotated<T>(all: readonly T[], round: number): T[] {
  const shift = round % all.length;
  return [...all.slice(shift), ...all.slice(0, shift)];
}

interface Slot {
  readonly round: number;
  readonly query: BenchQuery;
  readonly gateway: BenchGateway;
}

async function takeTurn(
  { bytes, schedule, subgraphs }: RoundsOptions,
  { round, query, gateway }: Slot,
): Promise<Turn> {
  const before = await cpuOf([gateway.process]);
  const subgraphsBefore = await cpuOf(subgraphs);
  const { latencies, wall } = await load(gateway, query, schedule.turn, bytes.get(gateway)?.[query.name]);
  const requests = latencies.length;
  const cpu = ((await cpuOf([gateway.process])) - before) / requests;
  const subgraphCpu = ((await cpuOf(subgraphs)) - subgraphsBefore) / requests;
  const rate = (requests / wall) * 1000;
  return {
    round,
    query: query.name,
    gateway: gateway.name,
    requests,
    cpu,
    subgraphCpu,
    rate,
    latencies,
  };
}

/** CPU milliseconds of the processes together. */
export async function cpuOf(processes: readonly Pick<BenchProcess, 'cpu'>[]): Promise<number> {
  const readings = await Promise.all(processes.map((process) => process.cpu()));
  return readings.reduce((sum, { user, system }) => sum + (user + system) / 1000, 0);
}
