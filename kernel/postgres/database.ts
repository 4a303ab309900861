import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient, type Prisma } from '../../prisma/generated/client.js';
import { QueryCanceller } from './query-canceller.js';
import { DatabaseProbe } from './database-probe.js';
import { InterceptedPool } from './query-interceptor.js';
import { statementNames } from './statement-names.js';
import { traceQuery } from './trace-query.js';

/** Prisma's client, as stores receive it. */
export type Database = PrismaClient;
/** Prisma's client inside a transaction; a `Database` is assignable to it. */
export type Transaction = Prisma.TransactionClient;

export interface DatabaseOptions {
  /** PostgreSQL 15 or newer, as a connection URL. */
  readonly url: string;
  /** Maximum number of connections of this process. Default 10. */
  readonly poolSize?: number;
  /** `statement_timeout` in milliseconds. Default none. */
  readonly statementTimeout?: number | undefined;
  /** Called with each SQL statement; for counting and tracing. */
  readonly onStatement?: (sql: string) => void;
}

/** An open database: Prisma on a pool, the pool itself for LISTEN and bulk statements. */
export interface OpenDatabase extends AsyncDisposable {
  readonly prisma: Database;
  readonly pool: pg.Pool;
  readonly url: string;
  /** Checks whether the database accepts reads and writes. */
  readonly probe: DatabaseProbe;
}

/**
 * Opens a pool and Prisma on it. The pool connects with the first statement. Statements of a request (see
 * request-scope.ts) are cancelled when the request is aborted.
 */
export function openDatabase(options: DatabaseOptions): OpenDatabase {
  const connectionString = withSession(options.url);
  const canceller = new QueryCanceller(connectionString);
  const pool = new InterceptedPool(
    {
      connectionString,
      max: options.poolSize ?? 10,
      statement_timeout: options.statementTimeout,
      application_name: 'fleetgraph',
    },
    [traceQuery, canceller.intercept],
  );
  // The pool replaces an idle connection that the server ends (restart, failover) at its next use.
  pool.on('error', () => undefined);
  // The connections have error listeners of their own, but graphile-worker warns if the pool has no listener for `connect`.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    prisma: prismaOn(pool, options),
    pool,
    url: options.url,
    probe: new DatabaseProbe(options.url),
    async [Symbol.asyncDispose]() {
      await this.prisma.$disconnect();
      await pool.end();
      await canceller[Symbol.asyncDispose]();
    },
  };
}

function prismaOn(pool: pg.Pool, { onStatement }: DatabaseOptions): Database {
  const options = {
    adapter: new PrismaPg(pool, { statementNameGenerator: statementNames() }),
    transactionOptions: { maxWait: 30_000, timeout: 60_000 },
  };
  // Prisma formats the values of every statement as soon as its query event has a listener.
  if (!onStatement) return new PrismaClient(options);
  const prisma = new PrismaClient({ ...options, log: [{ emit: 'event', level: 'query' }] });
  prisma.$on('query', (event) => onStatement(event.query));
  return prisma;
}

/**
 * Settings of each session. UTC and ISO: Prisma's adapter parses every time of the server as UTC, and servers print times
 * in the time zone and style that the server, the database or the role is configured with. `force_custom_plan`: named
 * statements are parsed once, but planned for each use, by its values and the present sizes of the tables.
 */
const SESSION = '-c TimeZone=UTC -c DateStyle=ISO -c plan_cache_mode=force_custom_plan';

function withSession(url: string): string {
  const parsed = new URL(url);
  const options = parsed.searchParams.get('options') ?? '';
  parsed.searchParams.set('options', `${options} ${SESSION}`.trim());
  // URL encodes a space in the query as a plus, which PostgreSQL does not decode.
  parsed.search = parsed.search.replaceAll('+', '%20');
  return parsed.href;
}
