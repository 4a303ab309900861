import { z } from 'zod';
import { isAuditOutcome, type AuditOutcome } from '../../../access/audit/audit-entry.js';
import { restriction } from '../../../engine/events/event-rows.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { Prisma } from '../../../prisma/generated/client.js';

/** Filter of audit events; an omitted field does not restrict. */
export interface AuditSelection {
  readonly subject?: string | undefined;
  readonly actions?: readonly string[] | undefined;
  readonly outcomes?: readonly AuditOutcome[] | undefined;
  readonly objectId?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** A row of the audit log. */
export interface AuditRow {
  readonly sequence: bigint;
  readonly hash: Uint8Array;
  readonly record: AuditRecord;
}

/** The part of a record that the graph shows; see access/audit/audit-entry.ts. */
const recordSchema = z.looseObject({
  id: z.string(),
  at: z.coerce.date(),
  principal: z.string(),
  groups: z.array(z.string()).optional(),
  clientAddress: z.string().optional(),
  requestId: z.string(),
  action: z.string(),
  outcome: z.string().refine(isAuditOutcome),
  dryRun: z.boolean().optional(),
  errorCodes: z.array(z.string()).optional(),
  objectId: z.string().optional(),
  clusterId: z.string().optional(),
  operationId: z.string().optional(),
  resourceVersionBefore: z.coerce.bigint().optional(),
  resourceVersionAfter: z.coerce.bigint().optional(),
  kubernetesAuditId: z.string().optional(),
  onBehalf: z.boolean().optional(),
  input: z.unknown().optional(),
});
type AuditRecord = z.infer<typeof recordSchema>;

interface StoredRow {
  readonly sequence: bigint;
  readonly hash: Uint8Array;
  readonly record: string;
}

/** Reads the audit log. */
export class AuditEventStore {
  constructor(private readonly database: Database) {}

  /** At most `limit` rows before a sequence, newest first; from the newest on without one. */
  async page(
    account: string,
    { selection, before, limit }: { selection: AuditSelection; before: bigint | undefined; limit: number },
  ): Promise<AuditRow[]> {
    const bound = before === undefined ? [] : [Prisma.sql`sequence < ${before}`];
    const rows = await this.database.$queryRaw<StoredRow[]>`
      SELECT sequence, hash, record FROM audit.event
      WHERE account = ${account} ${restriction([...conditions(selection), ...bound])}
      ORDER BY sequence DESC LIMIT ${limit}`;
    return rows.map(toRow);
  }

  async count(account: string, selection: AuditSelection): Promise<number> {
    const [row] = await this.database.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM audit.event WHERE account = ${account} ${restriction(conditions(selection))}`;
    return Number(row?.count ?? 0);
  }
}

function conditions(selection: AuditSelection): Prisma.Sql[] {
  const { subject, actions, outcomes, objectId, clusterId, from, to } = selection;
  return [
    subject === undefined ? undefined : Prisma.sql`principal = ${subject}`,
    actions ? Prisma.sql`action = ANY(${[...actions]}::text[])` : undefined,
    outcomes ? Prisma.sql`outcome = ANY(${[...outcomes]}::text[])` : undefined,
    objectId === undefined ? undefined : Prisma.sql`object_id = ${objectId}`,
    clusterId === undefined ? undefined : Prisma.sql`cluster_id = ${clusterId}`,
    from ? Prisma.sql`at >= ${from}` : undefined,
    to ? Prisma.sql`at < ${to}` : undefined,
  ].filter((part) => part !== undefined);
}

function toRow({ sequence, hash, record }: StoredRow): AuditRow {
  return { sequence: BigInt(sequence), hash, record: recordSchema.parse(JSON.parse(record)) };
}
