import type { BenchProcess } from '../platform/process.js';
import type { BenchGateway } from './gateways.js';
import { type Amount, load } from './load.js';
import type { BenchQuery } from './queries.js';

/** What one contestant did in one turn of one query. */
export interface Turn {
  readonly round: number;
  readonly query: string;
  readonly contestant: string;
  readonly requests: number;
  /** CPU milliseconds (user and system) of the gateway's process per request. */
  readonly cpu: number;
  /** The same of all subgraphs together. */
  readonly subgraphCpu: number;
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds of each request. */
  readonly latencies: readonly number[];
}

/**
 * How long everybody is asked. The same time for all, not as many requests: a server that answers in no time would
 * be over before the processor's caches and the compiler have come to it, and be charged for what it found cold.
 */
export interface Schedule {
  readonly rounds: number;
  /** What comes before, unmeasured: of each query, for each contestant. */
  readonly warmUp: Amount;
  /** One contestant's turn of one query. */
  readonly turn: Amount;
}

export interface RoundsOptions {
  readonly contestants: readonly BenchGateway[];
  readonly queries: readonly BenchQuery[];
  readonly schedule: Schedule;
  readonly subgraphs: readonly BenchProcess[];
  /** Bytes of each contestant's answer by query, from the check before. */
  readonly bytes: ReadonlyMap<BenchGateway, Readonly<Record<string, number>>>;
}

/**
 * Warms everybody up, then lets them take turns: every round has each contestant once with each query, beginning
 * with another one each time, so that whatever else the machine does hits all alike.
 */
export async function runRounds(options: RoundsOptions): Promise<Turn[]> {
  const { contestants, queries } = options;
  const { rounds, warmUp } = options.schedule;
  for (const query of queries) {
    for (const contestant of contestants) await load(contestant, query, warmUp);
  }
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round++) {
    const order = inTurn(contestants, round);
    for (const query of queries) {
      for (const contestant of order) turns.push(await takeTurn(options, { round, query, contestant }));
    }
    console.log(`round ${round + 1} of ${rounds}`);
  }
  return turns;
}

/** All of them, in each round beginning with another one. */
export function inTurn<T>(all: readonly T[], round: number): T[] {
  const shift = round % all.length;
  return [...all.slice(shift), ...all.slice(0, shift)];
}

interface Slot {
  readonly round: number;
  readonly query: BenchQuery;
  readonly contestant: BenchGateway;
}

async function takeTurn(
  { bytes, schedule, subgraphs }: RoundsOptions,
  { round, query, contestant }: Slot,
): Promise<Turn> {
  const before = await cpuOf([contestant.process]);
  const subgraphsBefore = await cpuOf(subgraphs);
  const { latencies, wall } = await load(
    contestant,
    query,
    schedule.turn,
    bytes.get(contestant)?.[query.name],
  );
  const requests = latencies.length;
  const cpu = ((await cpuOf([contestant.process])) - before) / requests;
  const subgraphCpu = ((await cpuOf(subgraphs)) - subgraphsBefore) / requests;
  const rate = (requests / wall) * 1000;
  return {
    round,
    query: query.name,
    contestant: contestant.name,
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
