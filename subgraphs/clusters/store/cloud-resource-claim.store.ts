import { release, reserve } from '../../../engine/ledger/ledger.js';
import { deleteUnusedScope } from '../../../engine/ledger/ledger-scopes.js';
import {
  CLOUD_RESOURCE_REQUEST_KINDS,
  type CloudResourceRequest,
} from '../../../engine/providers/cloud-resource-provider.js';
import { checkedColumns, type CheckedRow, oneOf } from '../../../kernel/postgres/checked-columns.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { CloudResourceClaim } from '../../../prisma/generated/client.js';
import { type LoadBalancerUsage, usageParts, NO_USAGE } from '../model/load-balancer-usage.js';
import { CLAIM_STATES, quotasOfClaim } from '../model/cloud-resource-claim.rules.js';

const checks = { kind: oneOf(CLOUD_RESOURCE_REQUEST_KINDS), state: oneOf(CLAIM_STATES) };

export type ClaimRow = CheckedRow<CloudResourceClaim, typeof checks>;

const checkClaims = checkedColumns('clusters.cloud_resource_claim', 'id', checks);

/** Reads all claims, granted and rejected, oldest first. */
export function allClaims(database: Database): Promise<ClaimRow[]> {
  return database.cloudResourceClaim
    .findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })
    .then(checkClaims);
}

/** Reads the granted claims of clusters of the account in one statement. */
export async function grantedClaims(
  database: Database | Transaction,
  account: string,
  clusterIds: readonly string[],
): Promise<Map<string, ClaimRow[]>> {
  const rows = await database.cloudResourceClaim
    .findMany({
      where: { account, clusterId: { in: [...clusterIds] }, state: 'GRANTED' },
      orderBy: { id: 'asc' },
    })
    .then(checkClaims);
  return Map.groupBy(rows, ({ clusterId }) => clusterId);
}

/** Inserts or updates a claim with its decision. */
export async function putClaim(
  tx: Transaction,
  claim: CloudResourceRequest,
  row: Pick<ClaimRow, 'state' | 'message' | 'createdAt'>,
): Promise<void> {
  const { id, account, clusterId, kind, namespace, name, loadBalancerId } = claim;
  await tx.cloudResourceClaim.upsert({
    where: { id },
    create: { id, account, clusterId, kind, namespace, name, loadBalancerId, ...row },
    update: { state: row.state, message: row.message },
  });
}

/** Records the decision for a claim; does nothing if it was deleted. */
export async function recordDecision(
  tx: Transaction,
  id: string,
  { state, message }: Pick<ClaimRow, 'state' | 'message'>,
): Promise<void> {
  await tx.cloudResourceClaim.updateMany({ where: { id }, data: { state, message } });
}

/**
 * Sets the usage of a claim's load balancer to `desired`: reserves or releases the difference. Throws
 * `QUOTA_EXCEEDED` above the limits of the load balancer. Does nothing if the claim was deleted or its usage is no
 * longer `reserved`.
 */
export async function loadClaim(
  tx: Transaction,
  claim: Pick<ClaimRow, 'id' | 'account' | 'loadBalancerId'>,
  { reserved, desired }: { readonly reserved: LoadBalancerUsage; readonly desired: LoadBalancerUsage },
): Promise<void> {
  const { id } = claim;
  const { listeners, backendServers } = reserved;
  const data = { listeners: desired.listeners, backendServers: desired.backendServers };
  const { count } = await tx.cloudResourceClaim.updateMany({
    where: { id, listeners, backendServers },
    data,
  });
  if (count === 1) await takeLoad(tx, claim, { reserved, desired });
}

async function takeLoad(
  tx: Transaction,
  claim: Pick<ClaimRow, 'id' | 'account' | 'loadBalancerId'>,
  { reserved, desired }: { readonly reserved: LoadBalancerUsage; readonly desired: LoadBalancerUsage },
): Promise<void> {
  const { account } = claim;
  const before = usageParts(claim, reserved);
  for (const [index, { amount, ...place }] of usageParts(claim, desired).entries()) {
    const more = amount - (before[index]?.amount ?? 0);
    if (more > 0) await reserve(tx, { ...place, account, amount: more });
    await release(tx, { ...place, account, amount: -more });
    if (amount === 0) await deleteUnusedScope(tx, account, place);
  }
}

/** Deletes a claim and releases its quota usage; does nothing if it was deleted before. */
export async function removeClaim(tx: Transaction, claim: ClaimRow): Promise<void> {
  const { id, account } = claim;
  const [reserved] = await tx.$queryRaw<Pick<ClaimRow, 'state' | 'listeners' | 'backendServers'>[]>`
    DELETE FROM clusters.cloud_resource_claim WHERE id = ${id} RETURNING state, listeners, backend_servers AS "backendServers"`;
  if (reserved?.state !== 'GRANTED') return;
  for (const place of quotasOfClaim(claim)) await release(tx, { ...place, account, amount: 1 });
  await takeLoad(tx, claim, { reserved, desired: NO_USAGE });
}

/** Deletes a cluster's claims of the kind and releases their quota usage. */
export async function removeClaimsOf(
  tx: Transaction,
  clusterId: string,
  kind: 'DISKS' | 'LOAD_BALANCERS',
): Promise<void> {
  const rows = await tx.cloudResourceClaim
    .findMany({
      where: { clusterId, kind: kind === 'DISKS' ? 'DISK' : { not: 'DISK' } },
      orderBy: { id: 'asc' },
    })
    .then(checkClaims);
  for (const row of rows) await removeClaim(tx, row);
}
