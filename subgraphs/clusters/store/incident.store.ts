import {
  INCIDENT_KINDS,
  type ControlPlaneIncident as ReportedIncident,
} from '../../../engine/providers/infrastructure-provider.js';
import { checkedColumns, type CheckedRow, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { ControlPlaneIncident } from '../../../prisma/generated/client.js';
import type { ReadByKeys } from './children.js';

const checks = { kind: oneOf(INCIDENT_KINDS) };

export type IncidentRow = CheckedRow<ControlPlaneIncident, typeof checks>;

const checkIncidents = checkedColumns('clusters.control_plane_incident', 'id', checks);

/** Maximum number of incidents that a cluster returns. */
const MAX_INCIDENTS = 100;

/** Reads incidents of control planes, many clusters in one statement. */
export class IncidentStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<IncidentRow[]> =>
    this.database.controlPlaneIncident
      .findMany({ where: { account, id: { in: [...ids] } } })
      .then(checkIncidents);

  /** The newest incidents of each cluster, newest first. */
  readonly ofClusters: ReadByKeys<readonly IncidentRow[]> = async (account, ids) => {
    const rows = await this.database.$queryRaw<IncidentRow[]>`
      SELECT newest.id, newest.account, newest.cluster_id AS "clusterId", newest.kind, newest.cause,
             newest.started_at AS "startedAt", newest.ended_at AS "endedAt"
      FROM unnest(${[...ids]}::text[]) AS cluster (id)
      CROSS JOIN LATERAL (
        SELECT * FROM clusters.control_plane_incident AS incident
        WHERE incident.cluster_id = cluster.id AND incident.account = ${account}
        ORDER BY incident.started_at DESC, incident.id DESC LIMIT ${MAX_INCIDENTS}) AS newest`.then(
      checkIncidents,
    );
    return Map.groupBy(rows, ({ clusterId }) => clusterId);
  };
}

/** New starts and ends of a cluster's incidents; a short incident may be in both lists. */
export interface IncidentDiff {
  readonly begun: readonly ReportedIncident[];
  readonly ended: readonly ReportedIncident[];
}

/** Compares the incidents that the provider reports of a cluster with those that are recorded. */
export async function diffIncidents(
  db: Database | Transaction,
  clusterId: string,
  reported: readonly ReportedIncident[],
): Promise<IncidentDiff> {
  if (reported.length === 0) return { begun: [], ended: [] };
  const rows = await db.controlPlaneIncident.findMany({
    where: { clusterId, id: { in: reported.map(({ id }) => id) } },
    select: { id: true, endedAt: true },
  });
  const recordedEnds = new Map(rows.map(({ id, endedAt }) => [id, endedAt]));
  return {
    begun: reported.filter(({ id }) => !recordedEnds.has(id)),
    ended: reported.filter(({ id, endedAt }) => endedAt !== null && !recordedEnds.get(id)),
  };
}

/** Records the starts and ends of incidents. */
export async function saveIncidents(
  tx: Transaction,
  { id: clusterId, account }: { readonly id: string; readonly account: string },
  { begun, ended }: IncidentDiff,
): Promise<void> {
  if (begun.length > 0)
    await tx.controlPlaneIncident.createMany({
      data: begun.map((incident) => ({ ...incident, clusterId, account })),
    });
  const recorded = ended.filter((incident) => !begun.includes(incident));
  for (const { id, endedAt } of recorded)
    await tx.controlPlaneIncident.update({ where: { id }, data: { endedAt } });
}

/** Ends the current incidents except those with these ids. */
export async function endIncidents(
  tx: Transaction,
  clusterId: string,
  { at, butFor = [] }: { readonly at: Date; readonly butFor?: readonly string[] },
): Promise<void> {
  await tx.controlPlaneIncident.updateMany({
    where: { clusterId, endedAt: null, id: { notIn: [...butFor] } },
    data: { endedAt: at },
  });
}
