import { release, reserve } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { VpcRow } from '../store/network.store.js';

export const ROUTES = 'custom-routes-per-route-table';
export const PRIVATE_IPS = 'private-ips-per-vpc';
export const GROUP_IPS = 'ips-per-security-group';
export const ENIS = 'secondary-enis';
const VPCS = 'vpcs';
const VSWITCHES = 'vswitches-per-vpc';

/** Reserves the quota of a new VPC, and creates the quotas with the VPC as scope. Rejects with `QUOTA_EXCEEDED`. */
export async function reserveVpc(tx: Transaction, account: string, id: string): Promise<void> {
  await reserve(tx, { account, resource: VPCS, scope: '', amount: 1, path: ['input'] });
  for (const resource of [VSWITCHES, ROUTES, PRIVATE_IPS])
    await reserve(tx, { account, resource, scope: id, amount: 0 });
}

export async function releaseVpc(tx: Transaction, { account }: Pick<VpcRow, 'account'>): Promise<void> {
  await release(tx, { account, resource: VPCS, scope: '', amount: 1 });
}

/** Reserves vSwitches of a VPC. Rejects with `QUOTA_EXCEEDED`. */
export async function reserveVSwitches(
  tx: Transaction,
  { account, vpcId, amount }: { readonly account: string; readonly vpcId: string; readonly amount: number },
): Promise<void> {
  await reserve(tx, { account, resource: VSWITCHES, scope: vpcId, amount, path: ['input'] });
}

export async function releaseVSwitches(
  tx: Transaction,
  { account, vpcId, amount }: { readonly account: string; readonly vpcId: string; readonly amount: number },
): Promise<void> {
  await release(tx, { account, resource: VSWITCHES, scope: vpcId, amount });
}

/** Creates the quota of addresses in a new security group. */
export async function openSecurityGroup(tx: Transaction, account: string, id: string): Promise<void> {
  await reserve(tx, { account, resource: GROUP_IPS, scope: id, amount: 0 });
}
