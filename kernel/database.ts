import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { traceQueries } from './tracing/trace-queries.js';
import { PrismaClient, type Prisma } from '../prisma/generated/client.js';

/** Prisma's client, as every store gets it. */
export type Database = PrismaClient;
/** What a store gets inside a transaction; a `Database` also fits. */
export type Transaction = Prisma.TransactionClient;

export interface DatabaseOptions {
  /** PostgreSQL 15 or newer, as a connection URL. */
  readonly url: string;
  /** Connections of this process at the most. Default 10. */
  readonly poolSize?: number;
  /** Called with each SQL statement; for counting and tracing. */
  readonly onStatement?: (sql: string) => void;
}

/** An open database: Prisma on a pool, the pool itself for LISTEN and bulk statements. */
export interface OpenDatabase extends AsyncDisposable {
  readonly prisma: Database;
  readonly pool: pg.Pool;
  readonly url: string;
}

/** Opens a pool and Prisma on it. Nothing is connected before the first statement. */
export function openDatabase(options: DatabaseOptions): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: inUtc(options.url),
    max: options.poolSize ?? 10,
    application_name: 'fleetgraph',
  });
  // An idle connection that the server ends (restart, failover) is replaced by the pool at its next use.
  pool.on('error', () => undefined);
  // One that is in use tells who uses it; without a listener of its own the process would end.
  pool.on('connect', (client) => client.on('error', () => undefined));
  traceQueries(pool);
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool),
    log: [{ emit: 'event', level: 'query' }],
    transactionOptions: { maxWait: 30_000, timeout: 60_000 },
  });
  const { onStatement } = options;
  if (onStatement) prisma.$on('query', (event) => onStatement(event.query));
  return {
    prisma,
    pool,
    url: options.url,
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/**
 * The URL with sessions in UTC: Prisma's adapter takes whatever time the server prints for UTC, and servers print it in
 * the time zone and style that they, the database or the role are set to.
 */
function inUtc(url: string): string {
  const parsed = new URL(url);
  const given = parsed.searchParams.get('options') ?? '';
  parsed.searchParams.set('options', `${given} -c TimeZone=UTC -c DateStyle=ISO`.trim());
  // A space in a query is a plus to URL, which PostgreSQL takes for a plus.
  parsed.search = parsed.search.replaceAll('+', '%20');
  return parsed.href;
}
