import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient, type Prisma } from '../../prisma/generated/client.js';
import { QueryCanceller } from './query-canceller.js';
import { DatabaseProbe } from './database-probe.js';
import { InterceptedPool } from './query-interceptor.js';
import { statementNames } from './statement-names.js';
import { traceQuery } from './trace-query.js';

/** Prisma's client, as every store gets it. */
export type Database = PrismaClient;
/** What a store gets inside a transaction; a `Database` also fits. */
export type Transaction = Prisma.TransactionClient;

export interface DatabaseOptions {
  /** PostgreSQL 15 or newer, as a connection URL. */
  readonly url: string;
  /** Connections of this process at the most. Default 10. */
  readonly poolSize?: number;
  /** Milliseconds that a statement may take; then PostgreSQL ends it. Default as long as it likes. */
  readonly statementTimeout?: number | undefined;
  /** Called with each SQL statement; for counting and tracing. */
  readonly onStatement?: (sql: string) => void;
}

/** An open database: Prisma on a pool, the pool itself for LISTEN and bulk statements. */
export interface OpenDatabase extends AsyncDisposable {
  readonly prisma: Database;
  readonly pool: pg.Pool;
  readonly url: string;
  /** Says whether the database takes reads and writes now. */
  readonly probe: DatabaseProbe;
}

/**
 * Opens a pool and Prisma on it. Nothing is connected before the first statement. What runs for a request (see
 * request-scope.ts) is cancelled when nobody waits for it any more.
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
  // An idle connection that the server ends (restart, failover) is replaced by the pool at its next use.
  pool.on('error', () => undefined);
  // Connections of the pool listen for their errors themselves, but graphile-worker looks for this listener, and warns without it.
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
  // Prisma formats the values of every statement as soon as its query event has a listener, so there is one only when it is needed.
  if (!onStatement) return new PrismaClient(options);
  const prisma = new PrismaClient({ ...options, log: [{ emit: 'event', level: 'query' }] });
  prisma.$on('query', (event) => onStatement(event.query));
  return prisma;
}

/**
 * What sessions are set to. UTC and ISO: Prisma's adapter takes whatever time the server prints for UTC, and servers
 * print it in the time zone and style that they, the database or the role are set to. Statements that have a name are
 * read once, but planned for each use by its values and what the tables have grown to.
 */
const SESSION = '-c TimeZone=UTC -c DateStyle=ISO -c plan_cache_mode=force_custom_plan';

function withSession(url: string): string {
  const parsed = new URL(url);
  const given = parsed.searchParams.get('options') ?? '';
  parsed.searchParams.set('options', `${given} ${SESSION}`.trim());
  // A space in a query is a plus to URL, which PostgreSQL takes for a plus.
  parsed.search = parsed.search.replaceAll('+', '%20');
  return parsed.href;
}
