import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import { createdAtColumn, nameColumn, type Sorting } from '../../../kernel/sorting.js';
import type { Node } from '../../../prisma/generated/client.js';
import { type ChildTable, countChildren, selectChildPages } from './child-pages.js';
import type { Children } from './children.js';

export type NodeRow = Node;

export type NodeOrderField = 'CREATED_AT' | 'NAME';

const nodeSorting: Sorting<NodeRow, NodeOrderField> = {
  byId: 'ASC',
  columns: { CREATED_AT: createdAtColumn, NAME: nameColumn },
};

const columns = `id, account, cluster_id AS "clusterId", node_pool_id AS "nodePoolId", name, state, status, generation, role,
  zone_id AS "zoneId", vswitch_id AS "vSwitchId", address, security_group_id AS "securityGroupId", instance_id AS "instanceId", charge_type AS "chargeType", origin, joining, leaving, idle_since AS "idleSince", instance_type AS "instanceType", vcpus, version, failure, sysctls, created_at AS "createdAt"`;
const byCluster: ChildTable = { table: 'clusters.node', columns, parent: 'cluster_id' };
const byPool: ChildTable = { table: 'clusters.node', columns, parent: 'node_pool_id' };

/** Reads nodes. */
export class NodeStore {
  constructor(private readonly database: Database | Transaction) {}

  readonly byIds = (account: string, ids: readonly string[]): Promise<NodeRow[]> =>
    this.database.node.findMany({ where: { account, id: { in: [...ids] } } });

  /** Nodes by `<cluster>/<Kubernetes name>`, in one statement. */
  readonly byNames = async (account: string, keys: readonly string[]): Promise<Map<string, NodeRow>> => {
    const pairs = keys.map((key) => ({
      clusterId: key.slice(0, key.indexOf('/')),
      name: key.slice(key.indexOf('/') + 1),
    }));
    const rows = await this.database.node.findMany({ where: { account, OR: pairs } });
    return new Map(rows.map((node) => [`${node.clusterId}/${node.name}`, node]));
  };

  readonly ofClusters: Children<NodeRow, NodeOrderField> = {
    byIds: this.byIds,
    sorting: nodeSorting,
    pages: (query) => selectChildPages<NodeRow>(this.database, byCluster, query),
    totals: (account, clusters) => countChildren(this.database, byCluster, account, clusters),
    parentOf: (node) => node.clusterId,
  };

  readonly ofPools: Children<NodeRow, NodeOrderField> = {
    byIds: this.byIds,
    sorting: nodeSorting,
    pages: (query) => selectChildPages<NodeRow>(this.database, byPool, query),
    totals: (account, pools) => countChildren(this.database, byPool, account, pools),
    parentOf: (node) => node.nodePoolId,
  };
}
