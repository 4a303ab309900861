import type { EventCategory, EventLevel, LoggedEvent } from '../../engine/contract.js';
import type { Database } from '../../kernel/database.js';
import { Prisma } from '../../prisma/generated/client.js';

/** Which events, whatever cluster they are about; what is left out does not restrict. */
export interface EventSelection {
  readonly operationId?: string | undefined;
  readonly categories?: readonly EventCategory[] | undefined;
  readonly types?: readonly string[] | undefined;
  readonly levels?: readonly EventLevel[] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface EventPageQuery {
  readonly account: string;
  readonly selection: EventSelection;
  /** Only events before this sequence; from the newest when undefined. */
  readonly before: bigint | undefined;
  readonly limit: number;
}

interface Row {
  readonly sequence: bigint;
  readonly id: string;
  readonly at: Date;
  readonly category: EventCategory;
  readonly type: string;
  readonly level: EventLevel;
  readonly reason: string;
  readonly message: string;
  readonly cluster_id: string | null;
  readonly node_pool_id: string | null;
  readonly operation_id: string | null;
  readonly data: Record<string, unknown>;
}

const COLUMNS = Prisma.sql`sequence, id, at, category, type, level, reason, message, cluster_id, node_pool_id, operation_id, data`;

/** Reads pages of the event log, newest first. */
export class EventStore {
  constructor(private readonly database: Database) {}

  /** A page of the account's events. */
  async page({ account, selection, before, limit }: EventPageQuery): Promise<LoggedEvent[]> {
    const rows = await this.database.$queryRaw<Row[]>`
      SELECT ${COLUMNS} FROM engine.event
      WHERE account = ${account} ${restriction(selection, before)} ORDER BY sequence DESC LIMIT ${limit}`;
    return rows.map((row) => toLoggedEvent(account, row));
  }

  /** A page for each of the clusters, in one statement. */
  async pagesByCluster(
    clusterIds: readonly string[],
    query: EventPageQuery,
  ): Promise<Map<string, LoggedEvent[]>> {
    const { account, selection, before, limit } = query;
    const rows = await this.database.$queryRaw<Row[]>`
      SELECT found.* FROM unnest(${[...clusterIds]}::text[]) AS wanted (id) CROSS JOIN LATERAL (
        SELECT ${COLUMNS} FROM engine.event
        WHERE account = ${account} AND cluster_id = wanted.id ${restriction(selection, before)}
        ORDER BY sequence DESC LIMIT ${limit}
      ) AS found`;
    return Map.groupBy(
      rows.map((row) => toLoggedEvent(account, row)),
      ({ clusterId }) => clusterId ?? '',
    );
  }

  /**
   * Whether the account has the cluster: its creation is an event, and when the log no longer keeps that, it has an
   * API by then.
   */
  async knowsCluster(account: string, clusterId: string): Promise<boolean> {
    const [row] = await this.database.$queryRaw<{ known: boolean }[]>`
      SELECT EXISTS (SELECT FROM engine.event WHERE account = ${account} AND cluster_id = ${clusterId})
          OR EXISTS (SELECT FROM engine.cluster_access WHERE account = ${account} AND cluster_id = ${clusterId}) AS known`;
    return row?.known ?? false;
  }

  async count(account: string, selection: EventSelection): Promise<number> {
    const [row] = await this.database.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM engine.event WHERE account = ${account} ${restriction(selection)}`;
    return Number(row?.count ?? 0);
  }

  /** Counts for each of the clusters, in one statement. */
  async countsByCluster(
    account: string,
    clusterIds: readonly string[],
    selection: EventSelection,
  ): Promise<Map<string, number>> {
    const rows = await this.database.$queryRaw<{ cluster_id: string; count: bigint }[]>`
      SELECT cluster_id, count(*) FROM engine.event
      WHERE account = ${account} AND cluster_id = ANY(${[...clusterIds]}::text[]) ${restriction(selection)} GROUP BY cluster_id`;
    return new Map(rows.map((row) => [row.cluster_id, Number(row.count)]));
  }
}

function restriction(selection: EventSelection, before?: bigint): Prisma.Sql {
  const { operationId, categories, types, levels, from, to } = selection;
  const parts = [
    before === undefined ? undefined : Prisma.sql`sequence < ${before}`,
    operationId === undefined ? undefined : Prisma.sql`operation_id = ${operationId}`,
    categories ? Prisma.sql`category = ANY(${[...categories]}::text[])` : undefined,
    types ? Prisma.sql`type = ANY(${[...types]}::text[])` : undefined,
    levels ? Prisma.sql`level = ANY(${[...levels]}::text[])` : undefined,
    from ? Prisma.sql`at >= ${from}` : undefined,
    to ? Prisma.sql`at < ${to}` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? Prisma.empty : Prisma.sql`AND ${Prisma.join(parts, ' AND ')}`;
}

function toLoggedEvent(account: string, row: Row): LoggedEvent {
  const { id, at, category, type, level, reason, message, data } = row;
  return {
    account,
    sequence: BigInt(row.sequence),
    id,
    at,
    category,
    type,
    level,
    reason,
    message,
    clusterId: row.cluster_id,
    nodePoolId: row.node_pool_id,
    operationId: row.operation_id,
    data,
  };
}
