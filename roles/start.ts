import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { accountScopes } from '../access/scopes.js';
import { systemClock } from '../kernel/clock.js';
import { mintAccessToken } from '../kernel/access-token.js';
import { ForeignDataError, existingData, startEmbeddedPostgres } from '../kernel/embedded-postgres.js';
import type { Env } from '../kernel/env.js';
import { type Log, createLog } from '../kernel/log.js';
import {
  type Secrets,
  SecretsError,
  type StateDirectory,
  openStateDirectory,
  secretsFile,
} from '../kernel/state-directory.js';
import { type AllInOne, startAllInOne } from './all-in-one.js';
import { fleetgraphPage } from './fleetgraph-page.js';
import { embeddedDatabase, externalDatabase } from './database-urls.js';
import { gatewaySettings } from './gateway-settings.js';
import { type Progress, printProgress } from './progress.js';
import { authOptions, natsOptions, retention } from './settings.js';
import { welcome } from './welcome.js';

/** The token that `npm start` prints: all that the holder of an account may do, for 30 days. */
const DEVELOPMENT = {
  account: 'dev',
  subject: 'developer',
  ttlSeconds: 30 * 24 * 3600,
  scopes: accountScopes,
};

/**
 * `npm start`: the whole platform in one process, on the embedded PostgreSQL unless DATABASE_URL names another.
 * Prints where it listens, a development token and what to try.
 */
export async function start(env: Env): Promise<AllInOne> {
  await using started = new AsyncDisposableStack();
  const log = createLog(env.LOG_LEVEL);
  const begun = performance.now();
  const progress = printProgress;
  const state = started.use(await openStateDirectory(env.FLEETGRAPH_HOME));
  const secrets = await secretsOf(state);
  const database = env.DATABASE_URL
    ? externalDatabase(env.DATABASE_URL, env.DATABASE_MIGRATION_URL)
    : embeddedDatabase(
        started.use(await embeddedPostgres({ state, secrets, log, progress })).url,
        secrets.postgres,
      );
  const auth = authOptions(env, secrets.auth);
  const token =
    auth.kind === 'secret'
      ? await mintAccessToken(auth.secret, {
          ...DEVELOPMENT,
          issuer: env.AUTH_ISSUER,
          audience: env.AUTH_AUDIENCE,
        })
      : undefined;
  const platform = started.use(
    await startAllInOne({
      host: env.HOST,
      port: env.PORT,
      ...database,
      poolSize: env.DATABASE_POOL,
      secret: env.FLEETGRAPH_SECRET ?? secrets.platform,
      cursorKeys: env.CURSOR_KEYS,
      auth,
      graphiql: fleetgraphPage,
      gateway: await gatewaySettings(env),
      engineConcurrency: env.ENGINE_CONCURRENCY,
      retention: retention(env),
      cloudUrl: env.KUBESIM_URL,
      kubesimPort: env.KUBESIM_PORT ?? (env.PORT === 0 ? 0 : env.PORT + 1),
      simulationSpeed: env.SIMULATION_SPEED,
      nats: natsOptions(env),
      clock: systemClock,
      log,
      progress,
    }),
  );
  const tokenFile = token ? await state.writePrivate('token', `${token}\n`) : undefined;
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(
    welcome({ url: platform.url, cloudUrl: platform.cloudUrl, token, tokenFile, seconds }),
  );
  const running = started.move();
  return { ...platform, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** The secrets; made at the first start only: what was made with lost ones cannot be read with others. */
async function secretsOf(state: StateDirectory): Promise<Secrets> {
  if (state.hasSecrets) return state.secrets();
  const data = await existingData(join(state.path, 'postgres'));
  const left = data ?? (existsSync(join(state.path, 'token')) ? join(state.path, 'token') : undefined);
  if (left !== undefined)
    throw new SecretsError(
      secretsFile(state.path),
      `is missing, but ${left}, which was made with it, is there`,
    );
  return state.secrets();
}

interface EmbeddedOptions {
  readonly state: StateDirectory;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly progress: Progress;
}

async function embeddedPostgres({ state, secrets, log, progress }: EmbeddedOptions) {
  const directory = join(state.path, 'postgres');
  const data = await existingData(directory);
  progress(data ? 'Starting PostgreSQL' : 'Creating the database (first start)');
  try {
    return await startEmbeddedPostgres({ directory, password: secrets.postgres, log });
  } catch (error) {
    if (!(error instanceof ForeignDataError)) throw error;
    throw new SecretsError(secretsFile(state.path), `does not belong to the database in ${data}`, error);
  }
}
