import type { ChargeType } from '../model/node-pool.enums.js';
import { diskLimit, DISKS, INSTANCES, instancesWithinDiskQuota } from '../../../engine/ledger/disk-limit.js';
import {
  type QuotaUsage,
  adjustUsage,
  lockQuotaUsage,
  reserve,
  reserveUpTo,
  remainingMultiples,
} from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import type { Problem } from '../../../kernel/result.js';
import { releaseInstanceQuota } from './quota-usage.js';
import { countsDisks, type NodeInstance, vcpuResource } from '../model/instance-quota.js';

/** Instances that the account is to get. */
export interface InstanceReservationRequest {
  readonly account: string;
  readonly chargeType: ChargeType;
  readonly count: number;
  /** vCPUs per instance; 0: virtual nodes, which have no instances and use no quota. */
  readonly vcpus: number;
  /** Cloud disks per instance. */
  readonly disks: number;
}

export interface InstanceReservation {
  /** Number of instances that were reserved. */
  readonly granted: number;
  /** Why the others were not reserved; null when all were, or when the vCPU quota is exhausted. */
  readonly shortage: Problem | null;
}

const INSTANCE_QUOTA = { resource: INSTANCES, scope: '' } as const;
const VOLUMES = { resource: DISKS, scope: '' } as const;
type InstanceQuota = Pick<QuotaUsage, 'limit' | 'used'>;
const NOT_COUNTED: InstanceQuota = { limit: null, used: 0 };

/** Reserves vCPUs and disks for as many instances as the account's quotas permit. */
export async function reserveInstances(
  tx: Transaction,
  request: InstanceReservationRequest,
): Promise<InstanceReservation> {
  const { account, chargeType, count, vcpus, disks } = request;
  if (vcpus === 0 || count === 0) return { granted: count, shortage: null };
  const cpu = vcpuResource(chargeType);
  const ofDisks = countsDisks(chargeType) ? disks : 0;
  const locked = await lockQuotaUsage(tx, account, [...(cpu ? [cpu] : []), INSTANCE_QUOTA, VOLUMES]);
  const [cores, instances, volumes] = cpu ? locked : [NOT_COUNTED, ...locked];
  const affordable = Math.min(count, remainingMultiples(cores ?? NOT_COUNTED, vcpus));
  const granted = withDisks(affordable, ofDisks, { instances, volumes });
  await adjustUsage(tx, account, [
    ...(cpu ? [{ ...cpu, amount: granted * vcpus }] : []),
    { ...INSTANCE_QUOTA, amount: granted },
    { ...VOLUMES, amount: granted * ofDisks },
  ]);
  if (granted === affordable) return { granted, shortage: null };
  const message = `The ${DISKS} quota has no room for the ${disks} disks of another node. Ask for more with requestQuotaIncrease.`;
  return { granted, shortage: { code: 'QUOTA_EXCEEDED', message } };
}

/** Number of instances with `each` disks that the quotas permit. */
function withDisks(
  count: number,
  each: number,
  {
    instances,
    volumes,
  }: { readonly instances: InstanceQuota | undefined; readonly volumes: InstanceQuota | undefined },
): number {
  if (each === 0) return count;
  const room = {
    instances: instances?.used ?? 0,
    disks: volumes?.used ?? 0,
    granted: volumes?.limit ?? null,
  };
  return instancesWithinDiskQuota(room, count, each);
}

/**
 * Updates the usage of an instance after it was converted; returns the amounts to store in its row. The instance is
 * running already, so an exhausted quota does not reject it: the excess is not counted.
 */
export async function countChanged(
  tx: Transaction,
  account: string,
  {
    before,
    now,
  }: {
    readonly before: NodeInstance;
    readonly now: { readonly chargeType: ChargeType; readonly vcpus: number };
  },
): Promise<Pick<NodeInstance, 'vcpus' | 'disks'>> {
  await releaseInstanceQuota(tx, account, [before]);
  const { disks } = before;
  const resource = vcpuResource(now.chargeType);
  const vcpus = resource ? await reserveUpTo(tx, { ...resource, account, amount: now.vcpus }) : now.vcpus;
  // A row with 0 vCPUs uses no quota.
  if (vcpus === 0) return { vcpus, disks };
  await reserve(tx, { ...INSTANCE_QUOTA, account, amount: 1 });
  if (!countsDisks(now.chargeType)) return { vcpus, disks };
  const computedLimit = await diskLimit(tx, account);
  const request = { ...VOLUMES, account, amount: disks, computedLimit };
  return { vcpus, disks: await reserveUpTo(tx, request) };
}
