import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { HighRiskFinding } from '../../../prisma/generated/client.js';
import type { ReadByKeys } from './children.js';

/** Kind of the jobs that look for what was done to a cluster outside the platform. */
export const HIGH_RISK = 'high-risk';

export type RiskFindingRow = HighRiskFinding;

/** Reads what was done to clusters outside the platform. */
export class RiskFindingStore {
  constructor(private readonly database: Database | Transaction) {}

  /** By cluster, oldest first. */
  readonly ofClusters: ReadByKeys<readonly RiskFindingRow[]> = async (account, clusterIds) => {
    const rows = await this.database.highRiskFinding.findMany({
      where: { account, clusterId: { in: [...clusterIds] } },
      orderBy: [{ occurredAt: 'asc' }, { operation: 'asc' }, { subject: 'asc' }],
    });
    return Map.groupBy(rows, ({ clusterId }) => clusterId);
  };
}

/** Makes the findings of a cluster these; answers those that are new and those that are gone. */
export async function replaceFindings(
  tx: Transaction,
  clusterId: string,
  findings: readonly RiskFindingRow[],
): Promise<{ readonly fresh: RiskFindingRow[]; readonly removed: RiskFindingRow[] }> {
  const recorded = await tx.highRiskFinding.findMany({ where: { clusterId } });
  const fresh = findings.filter((finding) => !recorded.some((other) => sameFinding(finding, other)));
  const removed = recorded.filter((finding) => !findings.some((other) => sameFinding(finding, other)));
  for (const { operation, subject } of removed)
    await tx.highRiskFinding.deleteMany({ where: { clusterId, operation, subject } });
  if (fresh.length > 0) await tx.highRiskFinding.createMany({ data: fresh });
  return { fresh, removed };
}

/** A finding that was fixed and occurred again concurrently is another finding. */
function sameFinding(a: RiskFindingRow, b: RiskFindingRow): boolean {
  return (
    a.operation === b.operation &&
    a.subject === b.subject &&
    a.occurredAt.getTime() === b.occurredAt.getTime()
  );
}

/** What an operation of the list of high-risk operations was found on, in a cluster. */
export async function subjectsOf(
  database: Database,
  clusterId: string,
  operation: string,
): Promise<string[]> {
  const rows = await database.highRiskFinding.findMany({ where: { clusterId, operation } });
  return rows.map(({ subject }) => subject);
}
