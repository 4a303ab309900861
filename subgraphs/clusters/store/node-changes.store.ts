import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { Problem } from '../../../kernel/result.js';
import type { Prisma } from '../../../prisma/generated/client.js';
import type { NodeOrigin, NodeStatus } from '../model/node.enums.js';
import { CHARGE_TYPES, type ChargeType } from '../model/node-pool.enums.js';
import type { NodeRow } from './node.store.js';
import { NODE_STATES, nodeStatesFor } from '../model/node-states.js';

const checkDeleted = checkedColumns('clusters.node', 'id', {
  state: oneOf(NODE_STATES),
  chargeType: oneOf(CHARGE_TYPES),
});

/** Observed change of a node. */
export interface NodeChange {
  readonly id: string;
  readonly state: 'starting' | 'running' | 'failed';
  readonly status: NodeStatus;
  readonly zoneId: string;
  readonly instanceType: string;
  readonly vcpus: number;
  readonly version: string;
  readonly error: Problem | null;
  /** The cloud's id of the instance; undefined if not known yet. */
  readonly instanceId?: string | undefined;
  /** The vSwitch of the instance and its private address there; undefined if not known yet. */
  readonly vSwitchId?: string | undefined;
  readonly address?: string | undefined;
}

const BECAME = { starting: 'STARTED', running: 'READY', failed: 'FAILED' } as const;

/**
 * Records changes of nodes in one statement if their state allows the transition; returns the ids of the changed
 * nodes. Of two concurrent runs with the same change, only one records it.
 */
export async function recordNodes(tx: Transaction, changes: readonly NodeChange[]): Promise<Set<string>> {
  if (changes.length === 0) return new Set();
  const observed = changes.map((change) => ({ ...change, from: nodeStatesFor(BECAME[change.state]) }));
  const rows = await tx.$queryRaw<{ id: string }[]>`
    UPDATE clusters.node AS node
    SET state = seen.state, status = seen.status, zone_id = seen."zoneId", instance_type = seen."instanceType",
        vcpus = seen.vcpus, version = seen.version, error = seen.error,
        instance_id = CASE WHEN seen.state = 'failed' THEN NULL ELSE coalesce(seen."instanceId", instance_id) END,
        vswitch_id = CASE WHEN seen.state = 'failed' THEN NULL ELSE coalesce(seen."vSwitchId", vswitch_id) END,
        address = CASE WHEN seen.state = 'failed' THEN NULL ELSE coalesce(seen.address, node.address) END
    FROM jsonb_to_recordset(${JSON.stringify(observed)}::jsonb) AS seen (
      id text, state text, status text, "zoneId" text, "instanceType" text, vcpus int, version text, error jsonb,
      "instanceId" text, "vSwitchId" text, address text, "from" text[])
    WHERE node.id = seen.id AND node.state = ANY(seen."from") RETURNING node.id`;
  return new Set(rows.map(({ id }) => id));
}

export async function insertNodes(tx: Transaction, nodes: readonly NewNode[]): Promise<void> {
  if (nodes.length > 0) await tx.node.createMany({ data: [...nodes] });
}

/** Deletes the rows of removed nodes; returns those that existed in a state that allows it. */
export async function deleteNodes(
  tx: Transaction,
  ids: readonly string[],
): Promise<Pick<NodeRow, 'id' | 'state' | 'vcpus' | 'disks' | 'chargeType'>[]> {
  if (ids.length === 0) return [];
  return tx.$queryRaw<Pick<NodeRow, 'id' | 'state' | 'vcpus' | 'disks' | 'chargeType'>[]>`
    DELETE FROM clusters.node WHERE id = ANY(${[...ids]}::text[]) AND state = ANY(${nodeStatesFor('GONE')}::text[])
    RETURNING id, state, vcpus, disks, charge_type AS "chargeType"`.then(checkDeleted);
}

/** How a node is removed: the column `removal_options`. */
export interface RemovalOptions {
  /** Whether its pods are evicted first. */
  readonly drain: boolean;
  /** False: the instance is kept. Undefined: attached instances are kept, others are released. */
  readonly release?: boolean;
  readonly reason: 'SCALE_IN' | 'REQUESTED' | 'SYNC' | 'SPOT_RECLAIM' | 'DELETED';
  /** RFC 3339. */
  readonly since: string;
}

/** Starts the removal of nodes. Failed nodes no longer use quotas for vCPUs and disks. */
export async function markRemoving(
  tx: Transaction,
  ids: readonly string[],
  options?: RemovalOptions,
): Promise<void> {
  const json = options ? JSON.stringify(options) : null;
  await tx.$executeRaw`
    UPDATE clusters.node SET state = 'removing', vcpus = CASE WHEN state = 'failed' THEN 0 ELSE vcpus END,
      disks = CASE WHEN state = 'failed' THEN 0 ELSE disks END,
      removal_options = coalesce(${json}::jsonb, removal_options)
    WHERE id = ANY(${[...ids]}::text[]) AND state = ANY(${nodeStatesFor('LEAVE')}::text[])`;
}

/** vCPUs of instance types; unknown types are omitted. */
export async function vcpusOf(tx: Transaction, types: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.instanceType.findMany({
    where: { id: { in: [...new Set(types)] } },
    select: { id: true, vcpus: true },
  });
  return new Map(rows.map(({ id, vcpus }) => [id, vcpus]));
}

/** Number of nodes by state, and the total. */
export interface NodeStateCounts {
  readonly running: number;
  readonly failed: number;
  readonly total: number;
}

export async function countClusterNodes(tx: Transaction, clusterId: string): Promise<NodeStateCounts> {
  const rows = await tx.$queryRaw<NodeStateCounts[]>`
    SELECT count(*) FILTER (WHERE state = 'running')::int AS running,
           count(*) FILTER (WHERE state = 'failed')::int AS failed, count(*)::int AS total
    FROM clusters.node WHERE cluster_id = ${clusterId}`;
  return rows[0] ?? { running: 0, failed: 0, total: 0 };
}

/** Counts the nodes of a pool's generation; with an origin, only those of that origin. */
export async function countPoolNodes(
  tx: Transaction,
  { id, generation }: { readonly id: string; readonly generation: number },
  origin: NodeOrigin | null,
): Promise<NodeStateCounts> {
  const rows = await tx.$queryRaw<NodeStateCounts[]>`
    SELECT count(*) FILTER (WHERE state = 'running')::int AS running,
           count(*) FILTER (WHERE state = 'failed')::int AS failed, count(*)::int AS total
    FROM clusters.node
    WHERE node_pool_id = ${id} AND generation = ${generation} AND origin = coalesce(${origin}, origin)`;
  return rows[0] ?? { running: 0, failed: 0, total: 0 };
}

/** Records why fewer nodes were created than requested in the pool's generation; null if nothing prevented it. */
export async function recordCapacityError(
  tx: Transaction,
  nodePoolId: string,
  error: Problem | null,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE clusters.node_pool SET capacity_error = ${error === null ? null : JSON.stringify(error)}::jsonb
    WHERE id = ${nodePoolId}`;
}

/** Records the status of a node; false if it changed since the node was read. */
export async function setNodeStatus(
  tx: Transaction,
  { id, status: before }: Pick<NodeRow, 'id' | 'status'>,
  status: NodeStatus,
): Promise<boolean> {
  const { count } = await tx.node.updateMany({ where: { id, status: before }, data: { status } });
  return count > 0;
}

/** Records the charge type of a node's instance; false if the node was converted or removed concurrently. */
export async function setNodeChargeType(
  tx: Transaction,
  { id, chargeType: before }: Pick<NodeRow, 'id' | 'chargeType'>,
  chargeType: ChargeType,
): Promise<boolean> {
  const { count } = await tx.node.updateMany({
    where: { id, chargeType: before, state: { in: nodeStatesFor('CONVERT') } },
    data: { chargeType },
  });
  return count > 0;
}

/** Records the attributes of a node's instance as the cloud reports them. */
export async function setNodeInstance(
  tx: Transaction,
  id: string,
  data: Partial<Pick<NodeRow, 'chargeType' | 'instanceType' | 'vcpus' | 'disks'>>,
): Promise<void> {
  await tx.node.update({ where: { id }, data });
}

export async function setNodeVersion(
  tx: Transaction,
  ids: readonly string[],
  version: string,
): Promise<void> {
  await tx.node.updateMany({ where: { id: { in: [...ids] } }, data: { version } });
}

/** Clears the idle time of a cluster's nodes except those of some pools. */
export async function clearIdleSince(
  database: Database,
  clusterId: string,
  exceptPools: readonly string[],
): Promise<void> {
  await database.node.updateMany({
    where: { clusterId, idleSince: { not: null }, nodePoolId: { notIn: [...exceptPools] } },
    data: { idleSince: null },
  });
}

/** Columns of an insert; the others have defaults. */
export type NewNode = Omit<
  Prisma.NodeCreateManyInput,
  'state' | 'status' | 'role' | 'chargeType' | 'origin'
> &
  Pick<NodeRow, 'state' | 'status'> &
  Partial<Pick<NodeRow, 'role' | 'chargeType' | 'origin'>>;

/** Inserts the node of an attached instance; false if the instance is already a node. */
export async function insertAttachedNode(tx: Transaction, node: NewNode): Promise<boolean> {
  const { count } = await tx.node.createMany({ data: [node], skipDuplicates: true });
  return count > 0;
}

export async function deleteNodeOfInstance(tx: Transaction, instanceId: string): Promise<void> {
  await tx.node.deleteMany({ where: { instanceId } });
}

export async function deleteMasterRows(tx: Transaction, clusterId: string): Promise<void> {
  await tx.node.deleteMany({ where: { clusterId, role: 'MASTER' } });
}
