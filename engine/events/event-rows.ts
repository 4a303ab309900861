import { z } from 'zod';
import { isRecord } from '../../kernel/is-record.js';
import { checkedColumns } from '../../kernel/postgres/checked-columns.js';
import { type EventKind, eventKinds } from './event-kinds.js';
import type { Database } from '../../kernel/postgres/database.js';
import { Prisma } from '../../prisma/generated/client.js';
import type { EventCategory, EventLevel, LoggedEvent } from '../contract.js';

/** Filter of an account's events; an omitted field matches every event. */
export interface EventFilter {
  readonly clusterId?: string | undefined;
  readonly categories?: readonly EventCategory[] | undefined;
  readonly types?: readonly string[] | undefined;
  readonly kinds?: readonly EventKind[] | undefined;
  readonly levels?: readonly EventLevel[] | undefined;
  readonly operationId?: string | undefined;
}

/** An event as a row of the log. */
export interface LoggedRow {
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
  readonly traceparent: string | null;
}

/**
 * Streams read many rows, so only the envelope of `data` is checked; the reader of a type checks each fact that it uses. A
 * category, level or type of a newer release is passed on.
 */
const checkRow = checkedColumns('engine.event', 'id', { data: z.custom(isRecord, 'not an object') });

/** The columns of a `LoggedRow`. */
export const EVENT_COLUMNS = Prisma.sql`sequence, id, at, category, type, level, reason, message, cluster_id,
  node_pool_id, operation_id, data, traceparent`;

/** Reads the account's events with these ids; pruned events are omitted. */
export async function eventsByIds(
  database: Database,
  account: string,
  ids: readonly string[],
): Promise<LoggedEvent[]> {
  const rows = await database.$queryRaw<LoggedRow[]>`
    SELECT ${EVENT_COLUMNS} FROM engine.event WHERE id = ANY(${[...ids]}::text[]) AND account = ${account}`;
  return rows.map((row) => toEvent(account, row));
}

/** A row of the log joined with the account's counter; `sequence` is null when no event matches. */
export interface EventRow extends Omit<LoggedRow, 'sequence'> {
  readonly lastSequence: bigint;
  readonly prunedSequence: bigint;
  readonly sequence: bigint | null;
}

export interface EventPage {
  readonly after: bigint;
  readonly limit: number;
  readonly filter?: EventFilter;
  /** Newest first, from `after` (exclusive) downwards; `after` 0 starts at the newest. */
  readonly descending?: boolean;
}

/**
 * Reads counter and events in one statement, thus in one snapshot: when it returns fewer than `limit` events, all events
 * up to `lastSequence` have been read.
 */
export function selectEvents(account: string, page: EventPage): Prisma.Sql {
  const order = page.descending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  return Prisma.sql`
    SELECT counter.last_sequence AS "lastSequence", counter.pruned_sequence AS "prunedSequence", found.* FROM engine.event_counter AS counter
    LEFT JOIN LATERAL (
      SELECT ${EVENT_COLUMNS} FROM engine.event WHERE account = ${account} AND ${position(page)} ${restriction(filterConditions(page.filter))}
      ORDER BY sequence ${order} LIMIT ${page.limit}
    ) AS found ON true
    WHERE counter.account = ${account}`;
}

function position({ after, descending }: EventPage): Prisma.Sql {
  if (!descending) return Prisma.sql`sequence > ${after}`;
  return after === 0n ? Prisma.sql`true` : Prisma.sql`sequence < ${after}`;
}

/** SQL conditions of a filter. */
export function filterConditions(filter: EventFilter = {}): Prisma.Sql[] {
  const { clusterId, operationId, categories, types, kinds, levels } = filter;
  return [
    clusterId === undefined ? undefined : Prisma.sql`cluster_id = ${clusterId}`,
    operationId === undefined ? undefined : Prisma.sql`operation_id = ${operationId}`,
    categories ? Prisma.sql`category = ANY(${[...categories]}::text[])` : undefined,
    types ? Prisma.sql`type = ANY(${[...types]}::text[])` : undefined,
    kinds ? kindCondition(kinds) : undefined,
    levels ? Prisma.sql`level = ANY(${[...levels]}::text[])` : undefined,
  ].filter((part) => part !== undefined);
}

/** The conditions as the rest of a WHERE clause. */
export function restriction(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.empty : Prisma.sql`AND ${Prisma.join([...conditions], ' AND ')}`;
}

/** The events among the rows. */
export function toEvents(account: string, rows: readonly EventRow[]): LoggedEvent[] {
  return rows.filter(hasEvent).map((row) => toEvent(account, row));
}

function hasEvent(row: EventRow): row is EventRow & LoggedRow {
  return row.sequence !== null;
}

export function toEvent(account: string, row: LoggedRow): LoggedEvent {
  checkRow(row);
  return {
    account,
    sequence: BigInt(row.sequence),
    id: row.id,
    at: row.at,
    category: row.category,
    type: row.type,
    level: row.level,
    reason: row.reason,
    message: row.message,
    clusterId: row.cluster_id,
    nodePoolId: row.node_pool_id,
    operationId: row.operation_id,
    data: row.data,
    traceparent: row.traceparent ?? undefined,
  };
}

function kindCondition(kinds: readonly EventKind[]): Prisma.Sql {
  const named = Prisma.sql`type = ANY(${kinds.filter((kind) => kind !== 'OTHER')}::text[])`;
  if (!kinds.includes('OTHER')) return named;
  return Prisma.sql`(${named} OR type <> ALL(${Object.keys(eventKinds)}::text[]))`;
}
