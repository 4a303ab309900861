import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProfileEntry, type ProfileSummary, summarizeProfile } from '../platform/cpu-profile.js';
import { table } from '../table.js';
import type { BenchGateway } from './gateways.js';
import type { Comparison } from './comparison.js';
import { type Amount, load } from './load.js';
import type { BenchQuery } from './queries.js';
import { cpuOf } from './rounds.js';

/** CPU profile of one of our gateways under one query. */
export interface GatewayProfile {
  readonly gateway: string;
  readonly query: string;
  /** CPU milliseconds of the process per request, while profiling. */
  readonly cpu: number;
  readonly summary: ProfileSummary;
}

/** Rows of the two tables. */
const MAX_ROWS = { parts: 14, functions: 20 };

/**
 * Profiles another turn of each query on each of our gateways, after all measurements, because profiling costs CPU. Writes
 * the `.cpuprofile` files into the folder, if one is given.
 */
export async function profileOurs(
  { gateways, queries }: Comparison,
  turn: Amount,
  folder: string | undefined,
): Promise<GatewayProfile[]> {
  const profiles: GatewayProfile[] = [];
  for (const gateway of gateways.filter(({ ours }) => ours)) {
    for (const query of queries) profiles.push(await profile(gateway, query, { turn, folder }));
  }
  return profiles;
}

async function profile(
  gateway: BenchGateway,
  query: BenchQuery,
  { turn, folder }: { readonly turn: Amount; readonly folder: string | undefined },
): Promise<GatewayProfile> {
  let requests = 0;
  const before = await cpuOf([gateway.process]);
  const recorded = await gateway.process.profile(async () => {
    requests = (await load(gateway, query, turn)).latencies.length;
  });
  const cpu = ((await cpuOf([gateway.process])) - before) / requests;
  const file = `${query.name}, ${gateway.name}.cpuprofile`.replaceAll(/,? /g, '-');
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, file), JSON.stringify(recorded));
  }
  return { gateway: gateway.name, query: query.name, cpu, summary: summarizeProfile(recorded) };
}

/** A profile as two tables under a title. */
export function profileTables({ gateway, query, cpu, summary }: GatewayProfile): string {
  const { total, parts, functions } = summary;
  const rows = (entries: readonly ProfileEntry[]) =>
    entries.map(({ name, self }) => [
      `\`${name}\``,
      ((self / total) * cpu * 1000).toFixed(0),
      `${((100 * self) / total).toFixed(1)} %`,
    ]);
  return [
    `**${query}, ${gateway}**: ${cpu.toFixed(2)} ms of CPU a request, profiled`,
    table(['part', 'µs', 'share'], rows(parts.slice(0, MAX_ROWS.parts))),
    table(['function', 'µs', 'share'], rows(functions.slice(0, MAX_ROWS.functions))),
  ].join('\n\n');
}
