import { noFaults } from '../engine/contract.js';
import { startEngine } from '../engine/engine.js';
import { startGateway } from '../gateway/server.js';
import { systemClock } from '../kernel/clock.js';
import type { Env } from '../kernel/env.js';
import { serveSubgraph } from '../kernel/graph/serve.js';
import { createLog } from '../kernel/log.js';
import { deriveKey } from '../kernel/secret.js';
import { type SubgraphName, subgraphNames } from '../kernel/subgraph.js';
import { startKubesim } from '../kubesim/server.js';
import { committedSupergraph } from './all-in-one.js';
import { openPlatform } from './open-platform.js';
import { prepareDatabase } from './prepare-database.js';
import { authOptions, required, subgraphUrls } from './settings.js';
import { createSubgraph, reconcilers, schedules, subgraphPorts } from './subgraphs.js';

/** A role that runs as a process of its own, and where it listens. */
export interface Role extends AsyncDisposable {
  readonly url?: string;
}

/** The gateway, in front of subgraphs that run elsewhere. */
export async function gatewayRole(env: Env): Promise<Role> {
  const urls = subgraphUrls(env.SUBGRAPH_URLS);
  const remote = subgraphNames.map((name) => {
    const url = urls[name] ?? `http://127.0.0.1:${subgraphPorts[name]}/graphql`;
    return [name, { kind: 'remote', url }] as const;
  });
  return startGateway({
    host: env.HOST,
    port: env.PORT,
    supergraphSdl: await committedSupergraph(),
    subgraphs: Object.fromEntries(remote),
    auth: authOptions(env),
    actorKey: deriveKey(required(env, 'FLEETGRAPH_SECRET'), 'actor'),
    graphiql: {},
    clock: systemClock,
    log: createLog(env.LOG_LEVEL, 'gateway'),
  });
}

/** One subgraph, served over HTTP to the gateway. `port` 0 takes a free one. */
export async function subgraphRole(env: Env, name: SubgraphName, port: number): Promise<Role> {
  await using started = new AsyncDisposableStack();
  const log = createLog(env.LOG_LEVEL, `subgraph-${name}`);
  const platform = started.use(await platformRole(env, log));
  const actorKey = deriveKey(required(env, 'FLEETGRAPH_SECRET'), 'actor');
  const subgraph = await createSubgraph(name, platform);
  const server = started.use(await serveSubgraph(subgraph, { host: env.HOST, port, actorKey, log }));
  const running = started.move();
  return { url: server.url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The control-plane engine. As many as wanted share the work. */
export async function engineRole(env: Env): Promise<Role> {
  await using started = new AsyncDisposableStack();
  const log = createLog(env.LOG_LEVEL, 'engine');
  const platform = started.use(await platformRole(env, log));
  started.use(
    await startEngine({
      database: platform.database,
      clock: systemClock,
      log,
      concurrency: env.ENGINE_CONCURRENCY,
      reconcilers: reconcilers(platform),
      schedules: schedules(platform),
      faults: noFaults,
    }),
  );
  const running = started.move();
  return { [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The simulated cloud with its clusters' Kubernetes API servers. */
export async function kubesimRole(env: Env): Promise<Role> {
  const databaseUrl = required(env, 'DATABASE_URL');
  await prepareDatabase(databaseUrl);
  const kubesim = await startKubesim({
    host: env.HOST,
    port: env.KUBESIM_PORT,
    databaseUrl,
    secret: required(env, 'FLEETGRAPH_SECRET'),
    speed: env.SIMULATION_SPEED,
    clock: systemClock,
    log: createLog(env.LOG_LEVEL, 'kubesim'),
  });
  return { url: kubesim.cloudUrl, [Symbol.asyncDispose]: () => kubesim[Symbol.asyncDispose]() };
}

async function platformRole(env: Env, log: ReturnType<typeof createLog>) {
  const databaseUrl = required(env, 'DATABASE_URL');
  await prepareDatabase(databaseUrl);
  return openPlatform({
    databaseUrl,
    poolSize: env.DATABASE_POOL,
    secret: required(env, 'FLEETGRAPH_SECRET'),
    cloudUrl: required(env, 'KUBESIM_URL'),
    clock: systemClock,
    log,
  });
}
