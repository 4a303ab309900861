import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { HighRiskFinding } from '../../../prisma/generated/client.js';
import type { ReadByKeys } from './children.js';

/** Kind of the reconciler that detects changes outside the platform. */
export const HIGH_RISK = 'high-risk';

export type RiskFindingRow = HighRiskFinding;

/** Reads detected changes of clusters outside the platform. */
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

/** Replaces the findings of a cluster; returns the added and the removed ones. */
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

/** `occurredAt` distinguishes a finding that was fixed and occurred again. */
function sameFinding(a: RiskFindingRow, b: RiskFindingRow): boolean {
  return (
    a.operation === b.operation &&
    a.subject === b.subject &&
    a.occurredAt.getTime() === b.occurredAt.getTime()
  );
}

/** Subjects of a cluster on which a high-risk operation was found. */
export async function subjectsOf(
  database: Database,
  clusterId: string,
  operation: string,
): Promise<string[]> {
  const rows = await database.highRiskFinding.findMany({ where: { clusterId, operation } });
  return rows.map(({ subject }) => subject);
}
