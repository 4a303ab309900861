import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { ClusterRow } from './cluster.store.js';
import { minorOf, type VersionChoice, type VersionPolicy } from '../model/version.rules.js';

/** What an upgrade of a cluster is decided from. */
export interface TargetFacts {
  readonly database: Database | Transaction;
  readonly versions: VersionPolicy;
}

/**
 * The version that an upgrade of the cluster would bring, or why it cannot be had. While nodes are behind (an upgrade
 * has failed among them) that is the cluster's own version, too: such an upgrade ends what the failed one has begun.
 */
export async function upgradeTarget(
  { id, version }: Pick<ClusterRow, 'id' | 'version'>,
  requested: string,
  { database, versions }: TargetFacts,
): Promise<VersionChoice> {
  const own = requested === version || requested === minorOf(version);
  const choice = versions.chooseUpgrade(version, requested);
  if (choice.ok || !own) return choice;
  const behind = await database.node.count({
    where: { clusterId: id, state: 'running', version: { not: version } },
  });
  return behind > 0 ? { ok: true, version } : choice;
}
