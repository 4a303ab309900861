import type { Database } from '../kernel/database.js';
import { pageOf, type Page, type PageRequest } from '../kernel/page.js';
import type { OperationRow } from './operations.js';

export interface OperationFilter {
  readonly clusterId?: string;
  readonly targetId?: string;
  readonly types?: readonly string[];
  readonly states?: readonly string[];
}

/** The account's operations among these ids; one statement. */
export async function operationsById(
  database: Database,
  account: string,
  ids: readonly string[],
): Promise<Map<string, OperationRow>> {
  const rows = await database.operation.findMany({ where: { account, id: { in: [...ids] } } });
  return new Map(rows.map((row) => [row.id, row]));
}

/** A page of the account's operations, newest first. The key of a page is the last id. */
export async function operationsPage(
  database: Database,
  account: string,
  filter: OperationFilter,
  page: PageRequest,
): Promise<Page<OperationRow>> {
  const { clusterId, targetId, types, states } = filter;
  const rows = await database.operation.findMany({
    where: {
      account,
      ...(clusterId !== undefined && { clusterId }),
      ...(targetId !== undefined && { targetId }),
      ...(types && { type: { in: [...types] } }),
      ...(states && { state: { in: [...states] } }),
      ...(page.key?.[0] !== undefined && { id: { lt: page.key[0] } }),
    },
    orderBy: { id: 'desc' },
    take: page.limit + 1,
  });
  return pageOf(rows, page.limit);
}

/** The first operations of each cluster, newest first, at most `limit + 1` each; one statement. */
export async function operationsOfClusters(
  database: Database,
  account: string,
  clusterIds: readonly string[],
  page: PageRequest,
): Promise<Map<string, Page<OperationRow>>> {
  const before = page.key?.[0] ?? null;
  const ids = await database.$queryRaw<{ id: string; cluster_id: string }[]>`
    SELECT found.id, wanted.cluster_id FROM unnest(${[...clusterIds]}::text[]) AS wanted (cluster_id)
    CROSS JOIN LATERAL (
      SELECT id FROM engine.operation AS operation
      WHERE operation.cluster_id = wanted.cluster_id AND account = ${account}
        AND (${before}::text IS NULL OR operation.id < ${before}::text)
      ORDER BY operation.id DESC LIMIT ${page.limit + 1}
    ) AS found`;
  const rows = await operationsById(
    database,
    account,
    ids.map(({ id }) => id),
  );
  return new Map(
    clusterIds.map((clusterId) => {
      const own = ids.filter((found) => found.cluster_id === clusterId).map(({ id }) => rows.get(id));
      return [
        clusterId,
        pageOf(
          own.filter((row) => row !== undefined),
          page.limit,
        ),
      ];
    }),
  );
}
