import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { ClusterRow } from './cluster.store.js';
import { minorOf, type VersionChoice, type VersionPolicy } from '../model/version.rules.js';

/** Dependencies of choosing the target of an upgrade. */
export interface TargetFacts {
  readonly database: Database | Transaction;
  readonly versions: VersionPolicy;
}

/**
 * Returns the target version of an upgrade, or why it is not allowed. While nodes lag behind the control plane, e.g.
 * after a failed upgrade, the cluster's own version is allowed, too: such an upgrade completes the earlier one.
 */
export async function upgradeTarget(
  { id, version }: Pick<ClusterRow, 'id' | 'version'>,
  requested: string,
  { database, versions }: TargetFacts,
): Promise<VersionChoice> {
  const own = requested === version || requested === minorOf(version);
  const choice = versions.chooseUpgrade(version, requested);
  if (choice.ok || !own) return choice;
  const olderNodes = await database.node.count({
    where: { clusterId: id, state: 'running', version: { not: version } },
  });
  return olderNodes > 0 ? { ok: true, version } : choice;
}
