import type { LoggedEvent } from '../../../engine/contract.js';
import {
  EVENT_COLUMNS,
  eventsByIds,
  type EventFilter,
  filterConditions,
  type LoggedRow,
  restriction,
  toEvent,
} from '../../../engine/events/event-rows.js';
import type { Reach } from '../../../access/model/cluster-filter.js';
import { andInClusters } from '../../runtime/store/cluster-condition.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { Prisma } from '../../../prisma/generated/client.js';

/** Filter of events of all clusters; an omitted field does not restrict. */
export interface EventSelection extends Omit<EventFilter, 'clusterId'> {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** What the caller may read. */
  readonly reach: Reach;
}

export interface EventPageQuery {
  readonly account: string;
  readonly selection: EventSelection;
  /** Only events before this sequence; undefined: starts at the newest. */
  readonly before: bigint | undefined;
  readonly limit: number;
}

/** Reads pages of the event log, newest first. */
export class EventStore {
  constructor(private readonly database: Database) {}

  byIds(account: string, ids: readonly string[]): Promise<LoggedEvent[]> {
    return eventsByIds(this.database, account, ids);
  }

  /** A page of the account's events. */
  async page({ account, selection, before, limit }: EventPageQuery): Promise<LoggedEvent[]> {
    const rows = await this.database.$queryRaw<LoggedRow[]>`
      SELECT ${EVENT_COLUMNS} FROM engine.event
      WHERE account = ${account} ${selected(selection, before)} ORDER BY sequence DESC LIMIT ${limit}`;
    return rows.map((row) => toEvent(account, row));
  }

  /** A page for each of the clusters, in one statement. */
  async pagesByCluster(
    clusterIds: readonly string[],
    query: EventPageQuery,
  ): Promise<Map<string, LoggedEvent[]>> {
    const { account, selection, before, limit } = query;
    const rows = await this.database.$queryRaw<LoggedRow[]>`
      SELECT found.* FROM unnest(${[...clusterIds]}::text[]) AS cluster (id) CROSS JOIN LATERAL (
        SELECT ${EVENT_COLUMNS} FROM engine.event
        WHERE account = ${account} AND cluster_id = cluster.id ${selected(selection, before)}
        ORDER BY sequence DESC LIMIT ${limit}
      ) AS found`;
    return Map.groupBy(
      rows.map((row) => toEvent(account, row)),
      ({ clusterId }) => clusterId ?? '',
    );
  }

  /**
   * Whether the account has the cluster: either the log contains events of the cluster, such as its creation, or the
   * cluster already has an API.
   */
  async hasCluster(account: string, clusterId: string): Promise<boolean> {
    const [row] = await this.database.$queryRaw<{ known: boolean }[]>`
      SELECT EXISTS (SELECT FROM engine.event WHERE account = ${account} AND cluster_id = ${clusterId})
          OR EXISTS (SELECT FROM engine.cluster_access WHERE account = ${account} AND cluster_id = ${clusterId}) AS known`;
    return row?.known ?? false;
  }

  async count(account: string, selection: EventSelection): Promise<number> {
    const [row] = await this.database.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM engine.event WHERE account = ${account} ${selected(selection)}`;
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
      WHERE account = ${account} AND cluster_id = ANY(${[...clusterIds]}::text[]) ${selected(selection)} GROUP BY cluster_id`;
    return new Map(rows.map((row) => [row.cluster_id, Number(row.count)]));
  }
}

function selected({ from, to, reach, ...filter }: EventSelection, before?: bigint): Prisma.Sql {
  const bounds = [
    before === undefined ? undefined : Prisma.sql`sequence < ${before}`,
    from ? Prisma.sql`at >= ${from}` : undefined,
    to ? Prisma.sql`at < ${to}` : undefined,
  ].filter((part) => part !== undefined);
  return Prisma.sql`${restriction([...filterConditions(filter), ...bounds])} ${andInClusters(reach)}`;
}
