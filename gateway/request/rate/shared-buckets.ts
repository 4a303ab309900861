import pg from 'pg';
import type { Log } from '../../../kernel/log.js';
import { LocalBuckets } from './local-buckets.js';
import type { Grant, Rate, RateStore } from './rate-store.js';

export interface SharedBucketsOptions extends Rate {
  readonly databaseUrl: string;
  readonly log: Log;
}

/**
 * Not the platform's own schema, which its migrations know whole; not logged, for a crash may cost a minute's count.
 * One gateway at a time: `IF NOT EXISTS` fails when two make the same at once. It is one transaction, being one message.
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
 * Takes $2 points of the account $1, whose bucket holds $3 and is filled in $4 seconds. By the clock of the server, and
 * read when the row is locked: gateways' clocks differ.
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
  RETURNING granted, GREATEST(0, $3::float8 - spent) AS "left"`;

/** Milliseconds for which a database that could not be reached is not asked again. */
const PAUSE = 1000;

/**
 * Token buckets in PostgreSQL, one an account for all gateways together. Each gateway has one of its own besides, from
 * which it takes the same: while the database cannot be reached requests go on, and no gateway gives more by itself than
 * a bucket holds.
 */
export class SharedBuckets implements RateStore {
  private readonly pool: pg.Pool;
  private readonly own: LocalBuckets;
  private table: Promise<unknown> | undefined;
  /** By the clock of `performance`; undefined while the database is there. */
  private awayUntil: number | undefined;

  constructor(private readonly options: SharedBucketsOptions) {
    this.pool = openPool(options.databaseUrl);
    this.own = new LocalBuckets(options);
  }

  async take(account: string, points: number): Promise<Grant> {
    const own = this.own.takeNow(account, points);
    const shared = await this.ask(account, own.granted);
    if (!shared) return own;
    this.own.release(account, own.granted - shared.granted);
    return { granted: shared.granted, left: Math.min(own.left, shared.left) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
  }

  /** Undefined when the database cannot be reached. */
  private async ask(account: string, points: number): Promise<Grant | undefined> {
    if (this.awayUntil !== undefined && performance.now() < this.awayUntil) return undefined;
    const { points: all, window, log } = this.options;
    try {
      await (this.table ??= ensureTable(this.pool));
      const { rows } = await this.pool.query<Grant>({
        name: 'take',
        text: TAKE,
        values: [account, points, all, window],
      });
      if (this.awayUntil !== undefined) log.info('rates are counted by all gateways together again');
      this.awayUntil = undefined;
      return rows[0];
    } catch (err) {
      this.table = undefined;
      if (this.awayUntil === undefined)
        log.warn({ err }, 'rate limit database unreachable; using local buckets');
      this.awayUntil = performance.now() + PAUSE;
      return undefined;
    }
  }
}

/** Makes the table of buckets, as the owner of the database. Repeating it is harmless. */
export async function prepareRates(pool: pg.Pool): Promise<void> {
  await pool.query(TABLE);
}

/** A role that does not own the database may use the table, but not make it. */
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
