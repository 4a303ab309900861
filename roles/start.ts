import { auditSinks } from './audit-sinks.js';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { accountScopes } from '../access/scopes.js';
import { systemClock } from '../kernel/clock.js';
import { mintAccessToken } from '../access/access-token.js';
import {
  ForeignDataError,
  existingData,
  startEmbeddedPostgres,
} from '../kernel/embedded-postgres/embedded-postgres.js';
import type { Env } from '../kernel/env.js';
import { type Log, createLog } from '../kernel/log.js';
import {
  type Secrets,
  SecretsError,
  type StateDirectory,
  openStateDirectory,
  secretsFile,
} from '../kernel/process/state-directory.js';
import type { AllInOne } from './all-in-one.js';
import { fleetgraphPage } from './fleetgraph-page.js';
import { embeddedDatabase, externalDatabase } from './database-urls.js';
import { type Progress, printProgress } from './progress.js';
import type { SecretsOfFolder } from './secret-fingerprints.js';
import {
  type CheckedAuth,
  authOptions,
  controlPlaneSettings,
  natsOptions,
  retention,
  webhookHosts,
} from './settings.js';
import { startupMessage } from './startup-message.js';

/** The token that `npm start` prints: all scopes of the holder of an account, for 30 days. */
const DEVELOPMENT = {
  account: 'dev',
  subject: 'developer',
  ttlSeconds: 30 * 24 * 3600,
  scopes: accountScopes,
};

export interface StartOptions {
  /**
   * Use the secrets of the state folder, created if there are none, with the database of DATABASE_URL, even if it was used
   * with others before.
   */
  readonly newSecrets?: boolean | undefined;
}

const NEW_SECRETS_MISUSED =
  '--new-secrets is for a database of DATABASE_URL. The embedded one cannot be read without its secrets: `fleetgraph reset` deletes it.';

/**
 * `npm start`: the whole platform in one process, on the embedded PostgreSQL unless DATABASE_URL names another.
 * Prints its URLs, a development token and commands to try.
 */
export async function start(env: Env, { newSecrets = false }: StartOptions = {}): Promise<AllInOne> {
  const isEmbedded = env.DATABASE_URL === undefined;
  if (newSecrets && isEmbedded) throw new Error(NEW_SECRETS_MISUSED);
  await using started = new AsyncDisposableStack();
  const log = createLog(env.LOG_LEVEL);
  const begun = performance.now();
  const progress = printProgress;
  const state = started.use(await openStateDirectory(env.FLEETGRAPH_HOME));
  const secrets = await secretsOf(state, isEmbedded);
  const parts = loadParts();
  const database = env.DATABASE_URL
    ? {
        ...externalDatabase(env.DATABASE_URL, env.DATABASE_MIGRATION_URL),
        secretsOfFolder: usedSecrets(env, state, { secrets, replace: newSecrets }),
      }
    : embeddedDatabase(
        started.use(await embeddedPostgres({ state, secrets, log, progress })).url,
        secrets.postgres,
      );
  const auth = authOptions(env, secrets.auth);
  const token = await developmentToken(env, auth);
  const { startAllInOne, gatewaySettings } = await parts;
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
      auditSinks: await auditSinks(env),
      cloudUrl: env.KUBESIM_URL,
      kubesimPort: env.KUBESIM_PORT ?? (env.PORT === 0 ? 0 : env.PORT + 1),
      simulationSpeed: env.SIMULATION_SPEED,
      controlPlane: controlPlaneSettings(env),
      webhookHosts: webhookHosts(env),
      storageMib: env.KUBESIM_STORAGE_MIB,
      nats: natsOptions(env),
      clock: systemClock,
      log,
      progress,
    }),
  );
  const tokenFile = token ? await state.writePrivate('token', `${token}\n`) : undefined;
  const seconds = (performance.now() - begun) / 1000;
  const { url, cloudUrl } = platform;
  process.stdout.write(startupMessage({ url, cloudUrl, token, tokenFile, folder: state.path, seconds }));
  const running = started.move();
  return { ...platform, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Loads the platform's modules, while PostgreSQL starts. A start that fails earlier does not load them. */
async function loadParts() {
  const [{ startAllInOne }, { gatewaySettings }] = await Promise.all([
    import('./all-in-one.js'),
    import('./gateway-settings.js'),
  ]);
  return { startAllInOne, gatewaySettings };
}

async function developmentToken(env: Env, auth: CheckedAuth): Promise<string | undefined> {
  if (auth.kind !== 'secret') return undefined;
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = env;
  return mintAccessToken(auth.secret, { ...DEVELOPMENT, issuer, audience });
}

/**
 * The secrets; created only at the first start, because new secrets cannot read the data of lost ones. For a database of
 * DATABASE_URL, `claimDatabase` checks this after the connection.
 */
async function secretsOf(state: StateDirectory, embedded: boolean): Promise<Secrets> {
  if (state.hasSecrets) return state.secrets();
  const data = await existingData(join(state.path, 'postgres'));
  const token = join(state.path, 'token');
  const leftover = data ?? (embedded && existsSync(token) ? token : undefined);
  if (leftover !== undefined)
    throw new SecretsError(
      secretsFile(state.path),
      `is missing, but ${leftover}, which depends on it, exists`,
    );
  return state.secrets();
}

/** The secrets of the folder that no setting overrides; undefined when settings override all. */
function usedSecrets(
  env: Env,
  state: StateDirectory,
  { secrets, replace }: { readonly secrets: Secrets; readonly replace: boolean },
): SecretsOfFolder | undefined {
  const used = {
    ...(env.FLEETGRAPH_SECRET === undefined && { platform: secrets.platform }),
    ...(env.AUTH_SECRET === undefined && env.AUTH_JWKS_URL === undefined && { auth: secrets.auth }),
  };
  if (Object.keys(used).length === 0) return undefined;
  const write = state.hasSecrets ? undefined : () => state.writeSecrets(secrets);
  return { file: secretsFile(state.path), write, secrets: used, replace };
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
  if (!state.hasSecrets) await state.writeSecrets(secrets);
  progress(data ? 'Starting PostgreSQL' : 'Creating the database (first start)');
  try {
    return await startEmbeddedPostgres({ directory, password: secrets.postgres, log });
  } catch (error) {
    if (!(error instanceof ForeignDataError)) throw error;
    throw new SecretsError(secretsFile(state.path), `does not belong to the database in ${data}`, {
      cause: error,
    });
  }
}
