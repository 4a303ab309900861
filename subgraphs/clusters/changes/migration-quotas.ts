import { deleteProductQuotas } from '../../../engine/ledger/ledger-scopes.js';
import { readQuotaUsage, release, reserve } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { QuotaRequirement } from '../model/migration.rules.js';

const FROM = 'ACK_STANDARD';
const TO = 'ACK_PRO';

interface Counted {
  readonly id: string;
  readonly account: string;
}

/** The quotas by product that a cluster uses, with their scopes. */
function resourcesOf({ id }: Counted) {
  return [
    { count: 'clustersPerAccount', scope: '' },
    { count: 'nodePoolsPerCluster', scope: id },
    { count: 'scalingGroupsPerCluster', scope: id },
    { count: 'nodesPerCluster', scope: id },
  ] as const;
}

/** The amounts of the ACK Pro quotas that the cluster requires. */
export async function proQuotaRequirements(tx: Transaction, cluster: Counted): Promise<QuotaRequirement[]> {
  const counted = resourcesOf(cluster);
  const quotasOf = (product: string) =>
    counted.map(({ count, scope }) => ({ resource: `${product}/${count}`, scope }));
  const usage = await readQuotaUsage(tx, cluster.account, quotasOf(FROM));
  const room = await readQuotaUsage(tx, cluster.account, quotasOf(TO));
  return room.map((balance, index) => {
    // The cluster counts as one of the account's clusters; usage within the cluster moves completely.
    const requested = counted[index]?.scope === '' ? 1 : (usage[index]?.used ?? 0);
    return { ...balance, requested };
  });
}

/** Moves the cluster's usage from the quotas of ACK Standard to those of ACK Pro. Rejects with `QUOTA_EXCEEDED`. */
export async function moveQuotas(tx: Transaction, cluster: Counted): Promise<void> {
  const { account, id } = cluster;
  const needs = await proQuotaRequirements(tx, cluster);
  for (const [index, { count, scope }] of resourcesOf(cluster).entries()) {
    const amount = needs[index]?.requested ?? 0;
    await reserve(tx, { account, resource: `${TO}/${count}`, scope, amount, path: ['input', 'id'] });
    await release(tx, { account, resource: `${FROM}/${count}`, scope, amount });
  }
  // The cluster's individual limits of ACK Standard no longer apply.
  await deleteProductQuotas(tx, account, { product: FROM, scope: id });
}
