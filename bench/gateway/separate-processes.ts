import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../kernel/package-root.js';
import { subgraphNames } from '../../subgraphs/runtime/subgraph.js';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { type BenchProcess, startRole } from '../platform/process.js';
import { withAddresses } from './gateways.js';
import type { BenchSecrets } from './actors.js';

/** Speed of the simulated cloud while the clusters are created. */
const SIMULATION_SPEED = '1000';

/** The platform with each role a process of its own. */
export interface MultiProcessPlatform {
  readonly gateway: BenchProcess;
  readonly subgraphs: readonly BenchProcess[];
  /** Stopped before the measurement. */
  readonly engineAndCloud: AsyncDisposableStack;
  /** The supergraph with the subgraphs' addresses. */
  readonly supergraphSdl: string;
}

/** Starts all roles on the database. */
export async function startMultiProcessPlatform(
  databaseUrl: string,
  secrets: BenchSecrets,
  started: AsyncDisposableStack,
): Promise<MultiProcessPlatform> {
  const env = {
    DATABASE_URL: databaseUrl,
    FLEETGRAPH_SECRET: secrets.platform,
    AUTH_SECRET: secrets.auth,
    PORT: '0',
  };
  const engineAndCloud = started.use(new AsyncDisposableStack());
  const kubesim = await disposeOnExit(engineAndCloud, startRole(['kubesim'], { ...env, SIMULATION_SPEED }));
  const withCloud = { ...env, KUBESIM_URL: kubesim.url };
  await disposeOnExit(engineAndCloud, startRole(['engine'], withCloud));
  const urls: Record<string, string> = {};
  const subgraphs: BenchProcess[] = [];
  for (const name of subgraphNames) {
    const subgraph = await disposeOnExit(started, startRole(['subgraph', name, '--port', '0'], withCloud));
    urls[name] = subgraph.url;
    subgraphs.push(subgraph);
  }
  const SUBGRAPH_URLS = Object.entries(urls)
    .map(([name, url]) => `${name}=${url}`)
    .join(',');
  const gateway = await disposeOnExit(
    started,
    startRole(['gateway'], { ...env, SUBGRAPH_URLS, RATE_POINTS: '0' }),
  );
  const committed = await readFile(join(packageRoot, 'gateway/supergraph.graphql'), 'utf8');
  return { gateway, subgraphs, engineAndCloud, supergraphSdl: withAddresses(committed, urls) };
}
