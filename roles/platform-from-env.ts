import type { Platform } from '../engine/platform.js';
import { systemClock } from '../kernel/clock.js';
import type { Env } from '../kernel/env.js';
import type { Log } from '../kernel/log.js';
import { type PlatformOptions, openPlatform } from './open-platform.js';
import { preparedDatabaseUrl } from './database-urls.js';
import { prepareDatabase } from './prepare-database.js';
import { kubesimPort } from './ports.js';
import { natsOptions, required } from './settings.js';

/** Migrates the database and opens the platform of a subgraph or engine process, from the settings. */
export async function openPlatformFromEnv(
  env: Env,
  log: Log,
  options: Pick<PlatformOptions, 'statementTimeout'> = {},
): Promise<Platform & AsyncDisposable> {
  const databaseUrl = await preparedDatabaseUrl(env, 'platform', prepareDatabase);
  return openPlatform({
    ...options,
    databaseUrl,
    poolSize: env.DATABASE_POOL,
    secret: required(env, 'FLEETGRAPH_SECRET'),
    cursorKeys: env.CURSOR_KEYS,
    cloudUrl: env.KUBESIM_URL ?? `http://127.0.0.1:${kubesimPort}`,
    nats: natsOptions(env),
    clock: systemClock,
    log,
  });
}
