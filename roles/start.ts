import { accountScopes } from '../access/scopes.js';
import { systemClock } from '../kernel/clock.js';
import { mintAccessToken } from '../kernel/access-token.js';
import { startEmbeddedPostgres } from '../kernel/embedded-postgres.js';
import type { Env } from '../kernel/env.js';
import { createLog } from '../kernel/log.js';
import { openStateDirectory } from '../kernel/state-directory.js';
import { join } from 'node:path';
import { type AllInOne, startAllInOne } from './all-in-one.js';
import { fleetgraphPage } from './fleetgraph-page.js';
import { gatewaySettings } from './gateway-settings.js';
import { authOptions, natsOptions } from './settings.js';
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
  const state = await openStateDirectory(env.FLEETGRAPH_HOME);
  const databaseUrl = env.DATABASE_URL ?? (await embedded()).url;
  const auth = authOptions(env, state.secrets.auth);
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
      databaseUrl,
      poolSize: env.DATABASE_POOL,
      secret: env.FLEETGRAPH_SECRET ?? state.secrets.platform,
      cursorKeys: env.CURSOR_KEYS,
      auth,
      graphiql: fleetgraphPage,
      gateway: await gatewaySettings(env),
      engineConcurrency: env.ENGINE_CONCURRENCY,
      cloudUrl: env.KUBESIM_URL,
      kubesimPort: env.KUBESIM_PORT ?? (env.PORT === 0 ? 0 : env.PORT + 1),
      simulationSpeed: env.SIMULATION_SPEED,
      nats: natsOptions(env),
      clock: systemClock,
      log,
    }),
  );
  const tokenFile = token ? await state.writePrivate('token', `${token}\n`) : undefined;
  process.stdout.write(welcome({ url: platform.url, token, tokenFile }));
  const running = started.move();
  return { ...platform, [Symbol.asyncDispose]: () => running.disposeAsync() };

  async function embedded() {
    return started.use(
      await startEmbeddedPostgres({
        directory: join(state.path, 'postgres'),
        password: state.secrets.postgres,
        log,
      }),
    );
  }
}
