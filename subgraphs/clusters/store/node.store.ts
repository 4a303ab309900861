import {
  checkedColumns,
  type CheckedRow,
  oneOf,
  problemSchema,
} from '../../../kernel/postgres/checked-columns.js';
import { z } from 'zod';
import { stringMapSchema } from './json-schemas.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { createdAtColumn, nameColumn, type Sorting } from '../../../kernel/sorting.js';
import type { Node } from '../../../prisma/generated/client.js';
import { type ChildTable, countChildren, selectChildPages } from './child-pages.js';
import { CHARGE_TYPES } from '../model/node-pool.enums.js';
import { NODE_ORIGINS, NODE_ROLES, NODE_STATUSES } from '../model/node.enums.js';
import { NODE_STATES, nodeStatesFor } from '../model/node-states.js';
import type { Children } from './children.js';

const checks = {
  state: oneOf(NODE_STATES),
  status: oneOf(NODE_STATUSES),
  role: oneOf(NODE_ROLES),
  chargeType: oneOf(CHARGE_TYPES),
  origin: oneOf(NODE_ORIGINS),
  error: problemSchema.nullish(),
  attachOptions: z
    .looseObject({
      zoneId: z.string().optional(),
      mode: z.enum(['MANUAL', 'AUTO']).optional(),
      imageId: z.string().optional(),
    })
    .nullish(),
  removalOptions: z
    .looseObject({
      drain: z.boolean(),
      release: z.boolean().optional(),
      reason: z.string(),
      since: z.string(),
    })
    .nullish(),
  sysctls: stringMapSchema,
};

const checkStatus = checkedColumns('clusters.node', 'id', { status: checks.status });

export type NodeRow = CheckedRow<Node, typeof checks>;

/** Validates the enum and JSON columns of node rows. */
export const checkNodes = checkedColumns('clusters.node', 'id', checks);

export type NodeOrderField = 'CREATED_AT' | 'NAME';

const nodeSorting: Sorting<NodeRow, NodeOrderField> = {
  byId: 'ASC',
  columns: { CREATED_AT: createdAtColumn, NAME: nameColumn },
};

const columns = `id, account, cluster_id AS "clusterId", node_pool_id AS "nodePoolId", name, state, status, generation, role,
  zone_id AS "zoneId", vswitch_id AS "vSwitchId", address, security_group_id AS "securityGroupId", instance_id AS "instanceId", charge_type AS "chargeType", origin, attach_options AS "attachOptions", removal_options AS "removalOptions", idle_since AS "idleSince", instance_type AS "instanceType", vcpus, version, error, sysctls, created_at AS "createdAt"`;
const byCluster: ChildTable = { table: 'clusters.node', columns, parent: 'cluster_id' };
const byPool: ChildTable = { table: 'clusters.node', columns, parent: 'node_pool_id' };

/** Reads nodes. */
export class NodeStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<NodeRow[]> =>
    this.database.node.findMany({ where: { account, id: { in: [...ids] } } }).then(checkNodes);

  /** Reads nodes by `<cluster>/<Kubernetes name>` in one statement. */
  readonly byNames = async (account: string, keys: readonly string[]): Promise<Map<string, NodeRow>> => {
    const pairs = keys.map((key) => ({
      clusterId: key.slice(0, key.indexOf('/')),
      name: key.slice(key.indexOf('/') + 1),
    }));
    const rows = await this.database.node.findMany({ where: { account, OR: pairs } }).then(checkNodes);
    return new Map(rows.map((node) => [`${node.clusterId}/${node.name}`, node]));
  };

  readonly ofClusters: Children<NodeRow, NodeOrderField> = {
    byIds: this.byIds,
    sorting: nodeSorting,
    pages: (query) => selectChildPages<NodeRow>(this.database, byCluster, query).then(checkNodes),
    totals: (account, clusters) => countChildren(this.database, byCluster, account, clusters),
    parentOf: (node) => node.clusterId,
  };

  readonly ofPools: Children<NodeRow, NodeOrderField> = {
    byIds: this.byIds,
    sorting: nodeSorting,
    pages: (query) => selectChildPages<NodeRow>(this.database, byPool, query).then(checkNodes),
    totals: (account, pools) => countChildren(this.database, byPool, account, pools),
    parentOf: (node) => node.nodePoolId,
  };
}

/** Reads a node of any account by id. */
export function findNode(database: Database, id: string): Promise<NodeRow | null> {
  return database.node.findUnique({ where: { id } }).then(checkNodes);
}

/** Reads nodes of any account by id. */
export function findNodes(database: Database, ids: readonly string[]): Promise<NodeRow[]> {
  return database.node.findMany({ where: { id: { in: [...ids] } } }).then(checkNodes);
}

/** Reads those of the nodes that belong to the pool. */
export function nodesInPool(tx: Transaction, nodePoolId: string, ids: readonly string[]): Promise<NodeRow[]> {
  return tx.node.findMany({ where: { nodePoolId, id: { in: [...ids] } } }).then(checkNodes);
}

export function nodesOfCluster(database: Database, clusterId: string): Promise<NodeRow[]> {
  return database.node.findMany({ where: { clusterId } }).then(checkNodes);
}

export function runningNodesOf(database: Database, clusterId: string): Promise<NodeRow[]> {
  return database.node
    .findMany({ where: { clusterId, state: 'running' }, orderBy: { id: 'asc' } })
    .then(checkNodes);
}

/** The masters of a cluster, ordered by name. */
export function mastersOf(db: Database | Transaction, clusterId: string): Promise<NodeRow[]> {
  return db.node
    .findMany({ where: { clusterId, role: 'MASTER' }, orderBy: { name: 'asc' } })
    .then(checkNodes);
}

export function runningSpotNodes(
  database: Database,
  clusterId: string,
): Promise<Pick<NodeRow, 'id' | 'name'>[]> {
  return database.node.findMany({
    where: { clusterId, chargeType: 'SPOT', state: 'running' },
    select: { id: true, name: true },
  });
}

/** The recorded status of running nodes. */
export function runningNodeStatus(
  database: Database,
  clusterIds: readonly string[],
): Promise<Pick<NodeRow, 'id' | 'clusterId' | 'name' | 'status'>[]> {
  return database.node
    .findMany({
      where: { clusterId: { in: [...clusterIds] }, state: 'running' },
      select: { id: true, clusterId: true, name: true, status: true },
    })
    .then(checkStatus);
}

/** Ids of the running nodes of a pool that are not ready. */
export async function notReadyNodes(tx: Transaction, nodePoolId: string): Promise<string[]> {
  const rows = await tx.node.findMany({
    where: { nodePoolId, state: 'running', status: 'NotReady' },
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

/** Returns those of the instances that are nodes of the account. */
export async function instancesInUse(
  tx: Transaction,
  account: string,
  instanceIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.node.findMany({
    where: { account, instanceId: { in: [...instanceIds] } },
    select: { instanceId: true },
  });
  return new Set(rows.flatMap(({ instanceId }) => instanceId ?? []));
}

/** Counts the nodes of a pool in any state. */
export function countNodesOf(tx: Transaction, nodePoolId: string): Promise<number> {
  return tx.node.count({ where: { nodePoolId } });
}

/** Whether the node exists in a state in which it can be repaired. */
export async function isRepairable(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.node.count({ where: { id, state: { in: nodeStatesFor('REPAIR') } } })) > 0;
}
