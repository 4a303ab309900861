import { checkedColumns, type CheckedRow, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { z } from 'zod';
import type { AccountKey } from '../../../engine/jobs/queue.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { ControlPlane, Prisma } from '../../../prisma/generated/client.js';
import { CLUSTER_STATES, type ClusterState } from '../model/cluster.enums.js';
import type { Replica } from '../model/control-plane.rules.js';
import { endIncidents } from './incident.store.js';

const checks = {
  previousState: oneOf(CLUSTER_STATES).nullable(),
  replicas: z.array(z.looseObject({ id: z.string(), zoneId: z.string(), healthy: z.boolean() })),
};

export type ControlPlaneRow = CheckedRow<ControlPlane, typeof checks>;

/** Validates the enum and JSON columns of control plane rows. */
const checkControlPlanes = checkedColumns('clusters.control_plane', 'clusterId', checks);

/** Reads observed control planes, many clusters in one statement. */
export class ControlPlaneStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly ofClusters = async (
    account: string,
    ids: readonly string[],
  ): Promise<Map<string, ControlPlaneRow>> => {
    const rows = await this.database.controlPlane
      .findMany({
        where: { account, clusterId: { in: [...ids] } },
      })
      .then(checkControlPlanes);
    return new Map(rows.map((row) => [row.clusterId, row]));
  };
}

/** The replicas of the last observation. */
export function replicasOf({ replicas }: Pick<ControlPlaneRow, 'replicas'>): Replica[] {
  return replicas as unknown as Replica[];
}

export interface ControlPlaneObservation {
  readonly clusterId: string;
  readonly account: string;
  readonly available: boolean;
  readonly replicas: readonly Replica[];
  readonly previousState: ClusterState | null;
}

/** Records an observation of a control plane. */
export async function saveControlPlane(
  tx: Transaction,
  sighting: ControlPlaneObservation,
  at: Date,
): Promise<void> {
  const { clusterId, account, available, previousState } = sighting;
  const replicas = sighting.replicas.map((replica) => ({ ...replica })) as Prisma.InputJsonArray;
  const observed = { available, replicas, previousState, observedAt: at };
  await tx.controlPlane.upsert({
    where: { clusterId },
    create: { clusterId, account, measuredSince: at, ...observed },
    update: observed,
  });
}

/** Deletes the observation of a cluster that is being deleted; its incidents are kept and ended. */
export async function deleteControlPlane(tx: Transaction, clusterId: string, at: Date): Promise<void> {
  await tx.controlPlane.deleteMany({ where: { clusterId } });
  await endIncidents(tx, clusterId, { at });
}

/** Reads the last observation of a control plane; null before the first. */
export function findControlPlane(tx: Transaction, clusterId: string): Promise<ControlPlaneRow | null> {
  return tx.controlPlane.findUnique({ where: { clusterId } }).then(checkControlPlanes);
}

/** Reads ids and accounts of clusters with an observed control plane, after an id; at most `take`. */
export function clustersWithControlPlane(
  database: Database,
  take: number,
): (after: string) => Promise<AccountKey[]> {
  return async (after) => {
    const rows = await database.controlPlane.findMany({
      where: { clusterId: { gt: after } },
      select: { clusterId: true, account: true },
      orderBy: { clusterId: 'asc' },
      take,
    });
    return rows.map(({ clusterId, account }) => ({ id: clusterId, account }));
  };
}
