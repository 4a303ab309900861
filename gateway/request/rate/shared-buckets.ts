import pg from 'pg';
import type { Log } from '../../../kernel/log.js';
import { LocalBuckets } from './local-buckets.js';
import type { Grant, Rate, RateStore } from './rate-store.js';

export interface SharedBucketsOptions extends Rate {
  readonly databaseUrl: string;
  readonly log: Log;
}

/**
 * A schema outside of the platform's migrations. Unlogged: losing the buckets in a crash is harmless. The
 * advisory lock serializes gateways, because concurrent `IF NOT EXISTS` statements fail. Sent as one message,
 * so it is one transaction.
 */
const TABLE = `SELECT pg_advisory_xact_lock(hashtext('fleetgraph gateway.bucket'));
  CREATE SCHEMA IF NOT EXISTS gateway;
  CREATE UNLOGGED TABLE IF NOT EXISTS gateway.bucket (
    account text PRIMARY KEY,
    spent double precision NOT NULL,
    granted double precision NOT NULL,
    at timestamptz NOT NULL
  )`;

/**
 * Takes $2 points of account $1, whose bucket holds $3 points and refills in $4 seconds. Uses the clock of the
 * server, read once the row is locked, because clocks of gateways differ.
 */
const TAKE = `INSERT INTO gateway.bucket AS bucket (account, spent, granted, at)
  VALUES ($1, LEAST($2::float8, $3::float8), LEAST($2::float8, $3::float8), clock_timestamp())
  ON CONFLICT (account) DO UPDATE SET (spent, granted, at) = (
    SELECT filled.spent + taken.granted, taken.granted, clock.now
    FROM (SELECT GREATEST(bucket.at, clock_timestamp()) AS now) clock,
      LATERAL (SELECT GREATEST(0,
        bucket.spent - extract(epoch FROM clock.now - bucket.at)::float8 * $3::float8 / $4::float8) AS spent) filled,
      LATERAL (SELECT GREATEST(0, LEAST($2::float8, $3::float8 - filled.spent)) AS granted) taken
  )
  RETURNING granted, GREATEST(0, $3::float8 - spent) AS remaining`;

/** Milliseconds before the next attempt to reach an unavailable database. */
const PAUSE = 1000;

/**
 * Token buckets in PostgreSQL, one per account, shared by all gateways. Each gateway also takes from local
 * buckets: while the database is unreachable, requests continue, and each gateway grants an account at most its
 * local bucket.
 */
export class SharedBuckets implements RateStore {
  private readonly pool: pg.Pool;
  private readonly local: LocalBuckets;
  private table: Promise<unknown> | undefined;
  /** `performance.now()` timestamp; undefined while the database is reachable. */
  private unavailableUntil: number | undefined;

  constructor(private readonly options: SharedBucketsOptions) {
    this.pool = openPool(options.databaseUrl);
    this.local = new LocalBuckets(options);
  }

  async take(account: string, points: number): Promise<Grant> {
    const localGrant = this.local.takeNow(account, points);
    const shared = await this.requestGrant(account, localGrant.granted);
    if (!shared) return localGrant;
    this.local.release(account, localGrant.granted - shared.granted);
    return { granted: shared.granted, remaining: Math.min(localGrant.remaining, shared.remaining) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
  }

  /** Resolves to undefined when the database is unreachable. */
  private async requestGrant(account: string, points: number): Promise<Grant | undefined> {
    if (this.unavailableUntil !== undefined && performance.now() < this.unavailableUntil) return undefined;
    const { points: all, window, log } = this.options;
    try {
      await (this.table ??= ensureTable(this.pool));
      const { rows } = await this.pool.query<Grant>({
        name: 'take',
        text: TAKE,
        values: [account, points, all, window],
      });
      if (this.unavailableUntil !== undefined)
        log.info('rate limit database reachable again; using shared buckets');
      this.unavailableUntil = undefined;
      return rows[0];
    } catch (err) {
      this.table = undefined;
      if (this.unavailableUntil === undefined)
        log.warn({ err }, 'rate limit database unreachable; using local buckets');
      this.unavailableUntil = performance.now() + PAUSE;
      return undefined;
    }
  }
}

/** Creates the table of buckets; needs the owner of the database. Idempotent. */
export async function prepareRates(pool: pg.Pool): Promise<void> {
  await pool.query(TABLE);
}

/** A role without ownership of the database may use the table but not create it. */
async function ensureTable(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ there: boolean }>(
    `SELECT to_regclass('gateway.bucket') IS NOT NULL AS there`,
  );
  if (!rows[0]?.there) await prepareRates(pool);
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: 2000,
    // The client times out; the server also cancels the statement.
    query_timeout: 2000,
    statement_timeout: 2000,
    application_name: 'fleetgraph-gateway',
    allowExitOnIdle: true,
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
