import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { type BenchProcess, startProcess } from '../platform/process.js';
import type { BenchActor } from './actors.js';
import type { Target } from './load.js';

/** A server in the comparison: a gateway, or the baseline. */
export interface BenchGateway extends Target {
  readonly name: string;
  readonly process: Pick<BenchProcess, 'cpu' | 'pid' | 'profile'>;
  /** Whether it is Fleetgraph's gateway. */
  readonly ours?: boolean;
}

/** Name of Fleetgraph's gateway with the subgraphs in its own process. */
export const IN_PROCESS = 'Fleetgraph, subgraphs in process';

const peers = join(packageRoot, 'bench/peers');

export interface PeerOptions {
  /** A folder for the files that the peers read. */
  readonly folder: string;
  /** The supergraph with the addresses of the running subgraphs. */
  readonly supergraphSdl: string;
  readonly actors: readonly BenchActor[];
}

/** Starts the peers, each in a process of its own. */
export async function startPeers(
  options: PeerOptions,
  started: AsyncDisposableStack,
): Promise<BenchGateway[]> {
  const supergraph = join(options.folder, 'supergraph.graphql');
  await writeFile(supergraph, options.supergraphSdl);
  const connections = options.actors.map(({ actorHeader }) => actorHeader);
  const start = async (name: string, script: string, ...args: string[]): Promise<BenchGateway> => {
    const process = await disposeOnExit(
      started,
      startProcess({ name, args: [join(peers, script), ...args] }),
    );
    return { name, process, url: process.url, connections };
  };
  return [
    await start('@apollo/gateway as it comes', 'apollo.mjs', supergraph),
    await start('Hive Gateway', 'hive.mjs', supergraph),
    await start('Hive Gateway, Rust planner', 'hive.mjs', supergraph, 'rust'),
  ];
}

/** Starts the server that returns prepared responses. `responses` are whole bodies by operation name. */
export async function startBaseline(
  options: Pick<PeerOptions, 'folder' | 'actors'>,
  responses: Readonly<Record<string, unknown>>,
  started: AsyncDisposableStack,
): Promise<BenchGateway> {
  const file = join(options.folder, 'responses.json');
  await writeFile(file, JSON.stringify(responses));
  const name = 'node:http writing the same JSON';
  const process = await disposeOnExit(
    started,
    startProcess({ name, args: [join(peers, 'baseline.mjs'), file] }),
  );
  return {
    name,
    process,
    url: process.url,
    connections: options.actors.map(({ actorHeader }) => actorHeader),
  };
}

/** The supergraph's text with the addresses at which its subgraphs run. */
export function withAddresses(supergraphSdl: string, urls: Readonly<Record<string, string>>): string {
  // Gateways that do not know @requiresScopes reject a supergraph that links it `for: SECURITY`.
  const accepted = supergraphSdl.replaceAll(', for: SECURITY)', ')');
  return accepted.replaceAll(/@join__graph\(name: "([^"]+)", url: "[^"]*"\)/g, (text, name: string) => {
    const url = urls[name];
    return url ? `@join__graph(name: "${name}", url: "${url}")` : text;
  });
}
