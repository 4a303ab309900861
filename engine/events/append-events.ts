import type { Transaction } from '../../kernel/postgres/database.js';
import { newId } from '../../kernel/ids.js';
import { traceHeaders } from '../../kernel/tracing/span.js';
import type { LoggedEvent, NewEvent } from '../contract.js';

/** Channel of the notifications that a log has grown; the payload is the account. */
export const EVENT_CHANNEL = 'fleetgraph_event';

/**
 * Appends events to the account's log. Called by `eventTransaction` at the end of the transaction: it locks the account's
 * counter row until the commit, so that sequences have no gaps and follow the commit order. One statement for any number
 * of events; readers are notified at the commit.
 */
export async function appendEvents(
  tx: Transaction,
  account: string,
  at: Date,
  events: readonly NewEvent[],
): Promise<LoggedEvent[]> {
  if (events.length === 0) return [];
  const rows = events.map((event) => toRow(event));
  const { traceparent = null } = traceHeaders();
  // The CTE `grown` runs first and alone takes the lock; `first` is the sequence before the new ones.
  const counted = await tx.$queryRaw<{ first: bigint }[]>`
    WITH grown AS (
      INSERT INTO engine.event_counter AS counter (account, last_sequence) VALUES (${account}, ${rows.length})
      ON CONFLICT (account) DO UPDATE SET last_sequence = counter.last_sequence + ${rows.length}
      RETURNING last_sequence - ${rows.length} AS first
    ), appended AS (
      INSERT INTO engine.event (account, sequence, id, at, category, type, level, reason, message,
                                cluster_id, node_pool_id, operation_id, data, traceparent)
      SELECT ${account}, grown.first + new.place, new.id, ${at}::timestamptz, new.category, new.type, new.level, new.reason,
             new.message, new."clusterId", new."nodePoolId", new."operationId", new.data, ${traceparent}
      FROM grown, ROWS FROM (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS (
             id text, category text, type text, level text, reason text, message text,
             "clusterId" text, "nodePoolId" text, "operationId" text, data jsonb)) WITH ORDINALITY
           AS new (id, category, type, level, reason, message, "clusterId", "nodePoolId", "operationId", data, place)
    )
    SELECT first, pg_notify(${EVENT_CHANNEL}, ${account})::text AS notified FROM grown`;
  const first = BigInt(counted[0]?.first ?? 0);
  return rows.map((row, index) => ({ ...row, account, at, sequence: first + BigInt(index + 1) }));
}

function toRow(event: NewEvent): Omit<LoggedEvent, 'account' | 'sequence' | 'at'> {
  return {
    id: newId('event'),
    category: event.category,
    type: event.type,
    level: event.level ?? 'INFO',
    reason: event.reason,
    message: event.message,
    clusterId: event.clusterId ?? null,
    nodePoolId: event.nodePoolId ?? null,
    operationId: event.operationId ?? null,
    data: event.data ?? {},
  };
}
