import { systemClock } from '../kernel/clock.js';
import { DatabaseProbe } from '../kernel/postgres/database-probe.js';
import type { Env } from '../kernel/env.js';
import { createLog } from '../kernel/log.js';
import { startKubesim } from '../kubesim/server.js';
import { databaseReadiness } from './database-readiness.js';
import { preparedDatabaseUrl } from './database-urls.js';
import { kubesimPort } from './ports.js';
import { prepareDatabaseInProcess } from './prepare-database-in-process.js';
import type { Role } from './role.js';
import { authOptions, controlPlaneSettings, required, webhookHosts } from './settings.js';

/** The simulated cloud with its clusters' Kubernetes API servers. */
export async function kubesimRole(env: Env): Promise<Role> {
  const databaseUrl = await preparedDatabaseUrl(env, 'kubesim', prepareDatabaseInProcess);
  const kubesim = await startKubesim({
    host: env.HOST,
    port: env.KUBESIM_PORT ?? kubesimPort,
    databaseUrl,
    secret: required(env, 'FLEETGRAPH_SECRET'),
    clientTokens: { keys: authOptions(env), revocationsFile: env.AUTH_REVOCATIONS },
    speed: env.SIMULATION_SPEED,
    controlPlane: controlPlaneSettings(env),
    webhookHosts: webhookHosts(env),
    storageMib: env.KUBESIM_STORAGE_MIB,
    clock: systemClock,
    log: createLog(env.LOG_LEVEL, 'kubesim'),
  });
  const database = databaseReadiness(new DatabaseProbe(databaseUrl));
  return {
    url: kubesim.cloudUrl,
    async readiness() {
      const facts = await database();
      const simulation = kubesim.isOpen ? 'ok' : 'waiting for its database';
      return { ...facts, ready: facts.ready && kubesim.isOpen, simulation };
    },
    [Symbol.asyncDispose]: () => kubesim[Symbol.asyncDispose](),
  };
}
