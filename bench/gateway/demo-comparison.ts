import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disposeOnExit } from '../platform/dispose-on-exit.js';
import { startProcess, startRole } from '../platform/process.js';
import { nodeOptions } from '../../kernel/process/node-options.js';
import { packageRoot } from '../../kernel/package-root.js';
import type { BenchActor } from './actors.js';
import { IN_PROCESS, startPeers } from './gateways.js';
import { startDemo } from './demo/process.js';
import { demoQueries, newDemoOperation } from './demo/queries.js';
import { type Comparison, withBaseline } from './comparison.js';

export interface DemoComparisonOptions {
  /** A folder of its own for the files that the gateways read. */
  readonly folder: string;
  readonly actors: readonly BenchActor[];
  readonly authSecret: string;
}

/** The federation demo: its subgraphs in one process, Fleetgraph's gateway and the others on the same supergraph. */
export async function demoComparison(
  options: DemoComparisonOptions,
  started: AsyncDisposableStack,
): Promise<Comparison> {
  const { folder, actors, authSecret } = options;
  const { process: subgraphs, supergraphSdl } = await startDemo(started);
  const file = join(folder, 'demo.graphql');
  await writeFile(file, supergraphSdl);
  const env = { PORT: '0', AUTH_SECRET: authSecret };
  const gateway = await disposeOnExit(started, startRole(['gateway', '--supergraph', file], env));
  const inProcess = await disposeOnExit(
    started,
    startProcess({
      name: IN_PROCESS,
      args: [...nodeOptions, join(packageRoot, 'dist/bench/gateway/demo/in-process.js'), authSecret],
    }),
  );
  const connections = actors.map(({ bearer }) => ({ authorization: `Bearer ${bearer}` }));
  const ours = [
    { name: 'Fleetgraph', process: gateway },
    { name: IN_PROCESS, process: inProcess },
  ].map(({ name, process }) => ({ name, process, url: `${process.url}/graphql`, connections, ours: true }));
  const peers = await startPeers({ folder, supergraphSdl, actors }, started);
  const comparison = {
    gateways: [...ours, ...peers],
    queries: demoQueries(),
    subgraphs: [subgraphs],
    newOperations: newDemoOperation,
  };
  return withBaseline(comparison, { folder, actors }, started);
}
