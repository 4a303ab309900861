import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { keyset } from '../../../kernel/postgres/keyset.js';
import { Prisma } from '../../../prisma/generated/client.js';
import type { ChildPagesQuery } from './children.js';

/** A child table. The fields are inserted into SQL, so they must be constants of this source code. */
export interface ChildTable {
  /** Qualified name, e.g. `clusters.node`. */
  readonly table: string;
  /** Select list with the column names of the row type. */
  readonly columns: string;
  /** The column that names the parent. */
  readonly parent: string;
  /** Condition for rows to include, e.g. `deleted_at IS NULL`. */
  readonly where?: string;
  /** The rest of the WHERE clause, with values. */
  readonly condition?: Prisma.Sql;
}

/**
 * A page of the children of each parent, in one statement: a LATERAL subquery reads at most `limit` rows of each
 * parent from the index; `row_number()` over all children would read every row of every parent. The nested loop keeps
 * the order within each parent.
 */
export function selectChildPages<T>(
  database: Database | Transaction,
  table: ChildTable,
  query: ChildPagesQuery<T>,
): Promise<T[]> {
  const { account, parents, limit, sort, key } = query;
  const where = Prisma.raw(table.where ? `AND ${table.where}` : '');
  const { afterKey: beyond, order } = keyset(sort, key);
  return database.$queryRaw<T[]>`
    SELECT child.* FROM unnest(${[...new Set(parents)]}::text[]) AS parent (id)
    CROSS JOIN LATERAL (
      SELECT ${Prisma.raw(table.columns)} FROM ${Prisma.raw(table.table)}
      WHERE ${Prisma.raw(table.parent)} = parent.id AND account = ${account} ${where} ${table.condition ?? Prisma.empty} ${beyond}
      ORDER BY ${order} LIMIT ${limit}
    ) AS child`;
}

/** Counts the children of each parent in one statement; parents without children are omitted. */
export async function countChildren(
  database: Database | Transaction,
  table: ChildTable,
  account: string,
  parents: readonly string[],
): Promise<Map<string, number>> {
  const parent = Prisma.raw(table.parent);
  const where = Prisma.raw(table.where ? `AND ${table.where}` : '');
  const rows = await database.$queryRaw<{ parent: string; total: number }[]>`
    SELECT ${parent} AS parent, count(*)::int AS total FROM ${Prisma.raw(table.table)}
    WHERE ${parent} = ANY(${[...parents]}::text[]) AND account = ${account} ${where} ${table.condition ?? Prisma.empty}
    GROUP BY ${parent}`;
  return new Map(rows.map((row) => [row.parent, row.total]));
}
