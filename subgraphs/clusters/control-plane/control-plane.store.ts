import type { Database, Transaction } from '../../../kernel/database.js';
import type { ControlPlane, ControlPlaneIncident, Prisma } from '../../../prisma/generated/client.js';
import type { IncidentKind, Replica } from './control-plane.rules.js';

export type ControlPlaneRow = ControlPlane;
export type IncidentRow = ControlPlaneIncident;

/** Incidents that a cluster shows at the most. */
const MOST_INCIDENTS = 100;

/** Reads what is known of control planes, many clusters in a statement. */
export class ControlPlaneStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly ofClusters = async (
    account: string,
    ids: readonly string[],
  ): Promise<Map<string, ControlPlane>> => {
    const rows = await this.database.controlPlane.findMany({
      where: { account, clusterId: { in: [...ids] } },
    });
    return new Map(rows.map((row) => [row.clusterId, row]));
  };

  /** The newest incidents of each cluster, newest first. */
  readonly incidents = async (
    account: string,
    ids: readonly string[],
  ): Promise<Map<string, IncidentRow[]>> => {
    const rows = await this.database.$queryRaw<IncidentRow[]>`
      SELECT newest.id, newest.account, newest.cluster_id AS "clusterId", newest.kind, newest.cause,
             newest.started_at AS "startedAt", newest.ended_at AS "endedAt"
      FROM unnest(${[...ids]}::text[]) AS wanted (id)
      CROSS JOIN LATERAL (
        SELECT * FROM clusters.control_plane_incident AS incident
        WHERE incident.cluster_id = wanted.id AND incident.account = ${account}
        ORDER BY incident.started_at DESC, incident.id DESC LIMIT ${MOST_INCIDENTS}) AS newest`;
    return Map.groupBy(rows, ({ clusterId }) => clusterId);
  };
}

/** The replicas as they were seen. */
export function replicasOf({ replicas }: Pick<ControlPlane, 'replicas'>): Replica[] {
  return replicas as unknown as Replica[];
}

export interface Sighting {
  readonly clusterId: string;
  readonly account: string;
  readonly available: boolean;
  readonly replicas: readonly Replica[];
  readonly stateBefore: string | null;
}

/** Records how a control plane was seen. */
export async function saveControlPlane(tx: Transaction, sighting: Sighting, at: Date): Promise<void> {
  const { clusterId, account, available, stateBefore } = sighting;
  const replicas = sighting.replicas.map((replica) => ({ ...replica })) as Prisma.InputJsonArray;
  const seen = { available, replicas, stateBefore, observedAt: at };
  await tx.controlPlane.upsert({
    where: { clusterId },
    create: { clusterId, account, since: at, ...seen },
    update: seen,
  });
}

/** Forgets the control plane of a cluster that is being deleted; its incidents stay, ended. */
export async function forgetControlPlane(tx: Transaction, clusterId: string, at: Date): Promise<void> {
  await tx.controlPlane.deleteMany({ where: { clusterId } });
  await endIncidents(tx, clusterId, at);
}

export async function endIncidents(tx: Transaction, clusterId: string, at: Date): Promise<void> {
  await tx.controlPlaneIncident.updateMany({ where: { clusterId, endedAt: null }, data: { endedAt: at } });
}

export function openIncident(
  tx: Transaction,
  incident: {
    readonly id: string;
    readonly account: string;
    readonly clusterId: string;
    readonly kind: IncidentKind;
    readonly cause: string;
    readonly startedAt: Date;
  },
): Promise<unknown> {
  return tx.controlPlaneIncident.create({ data: incident });
}

export function currentIncident(tx: Transaction, clusterId: string): Promise<IncidentRow | null> {
  return tx.controlPlaneIncident.findFirst({ where: { clusterId, endedAt: null } });
}
