import pg from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Log } from '../../kernel/log.js';

/** What a store answers when it is asked for points. */
export interface Grant {
  readonly granted: number;
  /** What is left in the window after that. */
  readonly left: number;
  /** Milliseconds until the window ends. */
  readonly resetIn: number;
}

/** Where the points of accounts are counted. */
export interface RateStore extends AsyncDisposable {
  /** How many points to ask for at once, at the least. */
  readonly portion: number;
  take(account: string, points: number): Promise<Grant>;
}

interface Window {
  readonly points: number;
  readonly window: number;
}

/** Asked for twentieths of the window: a gateway in ten that holds an unspent one wastes half a per cent. */
const PORTIONS = 20;

/** Counts in this process. */
export function memoryStore({ points, window }: Window): RateStore {
  const limiter = new RateLimiterMemory({ points, duration: window });
  return {
    portion: Math.ceil(points / PORTIONS),
    take: (account, wanted) => take(limiter, points, { account, wanted }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Not the platform's own schema, which its migrations know whole; not logged, for a crash may cost a minute's count. */
const TABLE = `CREATE SCHEMA IF NOT EXISTS gateway;
  CREATE UNLOGGED TABLE IF NOT EXISTS gateway.rate
    (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint)`;

/**
 * Counts in PostgreSQL, for every gateway together. While it cannot be reached this process counts for itself: limits
 * become wider, requests go on.
 */
export function postgresStore(
  options: Window & { readonly databaseUrl: string; readonly log: Log },
): RateStore {
  const { points, window, log } = options;
  const pool = openPool(options.databaseUrl);
  const own = new RateLimiterMemory({ points, duration: window });
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    schemaName: 'gateway',
    tableName: 'rate',
    tableCreated: true,
    points,
    duration: window,
    insuranceLimiter: own,
  });
  let table: Promise<unknown> | undefined;
  const ready = () => (table ??= pool.query(TABLE));
  const usable = () =>
    ready().then(
      () => limiter,
      (err: unknown) => {
        table = undefined;
        log.warn({ err }, 'rates are counted by this gateway alone: the database cannot be reached');
        return own;
      },
    );
  return {
    portion: Math.ceil(points / PORTIONS),
    take: async (account, wanted) => take(await usable(), points, { account, wanted }),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: 2000,
    // The client gives up; the server, too, leaves nothing running.
    query_timeout: 2000,
    statement_timeout: 2000,
    application_name: 'fleetgraph-gateway',
    allowExitOnIdle: true,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The limiter counts what is asked for even when it is too much; what lies under the limit is granted all the same. */
async function take(
  limiter: RateLimiterMemory | RateLimiterPostgres,
  points: number,
  { account, wanted }: { readonly account: string; readonly wanted: number },
): Promise<Grant> {
  const { consumedPoints, msBeforeNext } = await consume(limiter, account, wanted);
  const before = consumedPoints - wanted;
  return {
    granted: Math.max(0, Math.min(wanted, points - before)),
    left: Math.max(0, points - consumedPoints),
    resetIn: Math.max(1, msBeforeNext),
  };
}

/** A refusal of the limiter is a result like another. */
async function consume(
  limiter: RateLimiterMemory | RateLimiterPostgres,
  account: string,
  wanted: number,
): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(account, wanted);
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return refused;
    throw refused;
  }
}
