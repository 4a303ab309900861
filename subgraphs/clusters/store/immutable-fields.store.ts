import type { Transaction } from '../../../kernel/postgres/database.js';
import type { ClusterRow } from './cluster.store.js';
import type { StoredImmutableFields } from '../model/immutable.rules.js';
import { findClusterNetwork } from './cluster-network.store.js';

/** Reads the immutable fields of a cluster, which include its VPC. */
export async function readImmutableFields(
  tx: Transaction,
  cluster: ClusterRow,
): Promise<StoredImmutableFields> {
  const network = await findClusterNetwork(tx, cluster.id);
  return { ...cluster, vpcId: network?.vpcId ?? null };
}
