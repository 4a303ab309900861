import { diskLimit, DISKS, disksFor, INSTANCES, machinesWithDisks } from '../../../engine/disk-limit.js';
import { balances, reserve, reserveUpTo } from '../../../engine/ledger.js';
import type { Transaction } from '../../../kernel/database.js';
import type { Problem } from '../../../kernel/result.js';
import {
  countsDisks,
  type Machine,
  type MachineUse,
  releaseMachines,
  releaseUses,
  vcpuResource,
} from './held.js';

/** Machines that an account is to get. */
export interface MachinesWish {
  readonly account: string;
  readonly chargeType: string;
  readonly count: number;
  /** Of each; 0: no machines, but virtual nodes, which take nothing. */
  readonly vcpus: number;
  /** Cloud disks of each. */
  readonly disks: number;
}

export interface MachinesGrant {
  /** How many of them there is room for. */
  readonly granted: number;
  /** Why not for the others; null when there is, or when it is for want of vCPUs. */
  readonly shortage: Problem | null;
}

/** Takes vCPUs and disks for as many of the machines as the account's quotas have room for. */
export async function reserveMachines(tx: Transaction, wish: MachinesWish): Promise<MachinesGrant> {
  const { account, chargeType, count, vcpus } = wish;
  if (vcpus === 0 || count === 0) return { granted: count, shortage: null };
  const resource = vcpuResource(chargeType);
  const amount = count * vcpus;
  const taken = resource ? await reserveUpTo(tx, { ...resource, account, amount, step: vcpus }) : amount;
  const affordable = taken / vcpus;
  // The limit of disks follows the machines, so they come first.
  await reserve(tx, { account, resource: INSTANCES, scope: '', amount: affordable });
  const granted = await reserveDisks(tx, { ...wish, count: affordable });
  if (granted === affordable) return { granted, shortage: null };
  const surplus = affordable - granted;
  const use: MachineUse = { chargeType, vcpus: surplus * vcpus, disks: 0, machines: surplus };
  await releaseUses(tx, account, [use]);
  const message = `The ${DISKS} quota has no room for the ${wish.disks} disks of another node.`;
  return { granted, shortage: { code: 'QUOTA_EXCEEDED', message } };
}

/** Takes the disks of as many of the machines, counted already, as there is room for. */
async function reserveDisks(
  tx: Transaction,
  { account, chargeType, count, disks: each }: MachinesWish,
): Promise<number> {
  if (!countsDisks(chargeType) || each === 0 || count === 0) return count;
  const [disks, instances] = await balances(tx, account, [
    { resource: DISKS, scope: '' },
    { resource: INSTANCES, scope: '' },
  ]);
  const others = Math.max(0, (instances?.used ?? 0) - count);
  const room = { instances: others, disks: disks?.used ?? 0, granted: disks?.limit ?? null };
  const fitting = machinesWithDisks(room, count, each);
  const computedLimit = disksFor(others + fitting);
  const wish = { account, resource: DISKS, scope: '', amount: fitting * each, step: each, computedLimit };
  return (await reserveUpTo(tx, wish)) / each;
}

/**
 * Counts a machine that has become another one; answers what its row holds then. It runs, and is not stopped by a quota:
 * what there is no room for is not counted.
 */
export async function countChanged(
  tx: Transaction,
  account: string,
  {
    before,
    now,
  }: { readonly before: Machine; readonly now: { readonly chargeType: string; readonly vcpus: number } },
): Promise<Pick<Machine, 'vcpus' | 'disks'>> {
  await releaseMachines(tx, account, [before]);
  const { disks } = before;
  const resource = vcpuResource(now.chargeType);
  const vcpus = resource ? await reserveUpTo(tx, { ...resource, account, amount: now.vcpus }) : now.vcpus;
  // A row without vCPUs holds nothing.
  if (vcpus === 0) return { vcpus, disks };
  await reserve(tx, { account, resource: INSTANCES, scope: '', amount: 1 });
  if (!countsDisks(now.chargeType)) return { vcpus, disks };
  const computedLimit = await diskLimit(tx, account);
  const wish = { account, resource: DISKS, scope: '', amount: disks, computedLimit };
  return { vcpus, disks: await reserveUpTo(tx, wish) };
}
