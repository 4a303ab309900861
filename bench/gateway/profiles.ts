import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProfileEntry, type ProfileSummary, summarizeProfile } from '../platform/cpu-profile.js';
import { table } from '../report.js';
import type { BenchGateway } from './gateways.js';
import type { Comparison } from './comparison.js';
import { type Amount, load } from './load.js';
import type { BenchQuery } from './queries.js';
import { cpuOf } from './rounds.js';

/** Where the CPU time of one of ours goes with one query. */
export interface GatewayProfile {
  readonly contestant: string;
  readonly query: string;
  /** CPU milliseconds of the process per request while it was profiled. */
  readonly cpu: number;
  readonly summary: ProfileSummary;
}

/** Parts and functions that a table has at the most. */
const MOST = { parts: 14, functions: 20 };

/**
 * Lets each of ours answer another turn of each query while V8 looks on, after everything has been measured, for being
 * looked at costs time. Whole profiles go into the folder, if one is given, for the tools that read `.cpuprofile`.
 */
export async function profileOurs(
  { contestants, queries }: Comparison,
  turn: Amount,
  folder: string | undefined,
): Promise<GatewayProfile[]> {
  const profiles: GatewayProfile[] = [];
  for (const contestant of contestants.filter(({ ours }) => ours)) {
    for (const query of queries) profiles.push(await profile(contestant, query, { turn, folder }));
  }
  return profiles;
}

async function profile(
  contestant: BenchGateway,
  query: BenchQuery,
  { turn, folder }: { readonly turn: Amount; readonly folder: string | undefined },
): Promise<GatewayProfile> {
  let requests = 0;
  const before = await cpuOf([contestant.process]);
  const taken = await contestant.process.profile(async () => {
    requests = (await load(contestant, query, turn)).latencies.length;
  });
  const cpu = ((await cpuOf([contestant.process])) - before) / requests;
  const file = `${query.name}, ${contestant.name}.cpuprofile`.replaceAll(/,? /g, '-');
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, file), JSON.stringify(taken));
  }
  return { contestant: contestant.name, query: query.name, cpu, summary: summarizeProfile(taken) };
}

/** A profile as a titled pair of tables. */
export function profileTables({ contestant, query, cpu, summary }: GatewayProfile): string {
  const { total, parts, functions } = summary;
  const rows = (entries: readonly ProfileEntry[]) =>
    entries.map(({ name, self }) => [
      `\`${name}\``,
      ((self / total) * cpu * 1000).toFixed(0),
      `${((100 * self) / total).toFixed(1)} %`,
    ]);
  return [
    `**${query}, ${contestant}**: ${cpu.toFixed(2)} ms of CPU a request, profiled`,
    table(['part', 'µs', 'share'], rows(parts.slice(0, MOST.parts))),
    table(['function', 'µs', 'share'], rows(functions.slice(0, MOST.functions))),
  ].join('\n\n');
}
