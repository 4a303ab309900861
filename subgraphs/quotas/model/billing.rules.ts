import type { BillingItem, BillingUnit, ChargeType } from './billing.enums.js';

/** Usage of one item by a cluster in a span of time. */
export interface BillingLine {
  readonly clusterId: string;
  readonly item: BillingItem;
  readonly chargeType: ChargeType;
  readonly instanceType: string | null;
  readonly resources: number;
  /** Decimal number in the unit. */
  readonly quantity: string;
  readonly unit: BillingUnit;
}

/** Sums of the usage records of one item of a cluster in a span. All sums are whole numbers. */
export interface UseSum {
  readonly clusterId: string;
  readonly item: BillingItem;
  readonly chargeType: ChargeType;
  readonly instanceType: string | null;
  readonly resources: number;
  readonly milliseconds: bigint;
  /** Thousandths of a vCPU times milliseconds. */
  readonly milliCpuMilliseconds: bigint;
  /** MiB times milliseconds. */
  readonly mebibyteMilliseconds: bigint;
}

const MILLION = 1_000_000n;
const HOUR = 3_600_000n;

const HOURLY: Readonly<Record<Exclude<BillingItem, 'CONTAINER_INSTANCE'>, BillingUnit>> = {
  CLUSTER_MANAGEMENT: 'CLUSTER_HOUR',
  MASTER_INSTANCE: 'INSTANCE_HOUR',
  WORKER_INSTANCE: 'INSTANCE_HOUR',
  LOAD_BALANCER: 'LOAD_BALANCER_HOUR',
  EIP: 'EIP_HOUR',
  DISK: 'DISK_HOUR',
};

/** Returns the lines of a sum: one; for container instances one for vCPUs and one for memory. */
export function billingLines(sum: UseSum): BillingLine[] {
  const { clusterId, item, chargeType, instanceType, resources } = sum;
  const line = (unit: BillingUnit, micro: bigint): BillingLine => ({
    clusterId,
    item,
    chargeType,
    instanceType,
    resources,
    quantity: decimal(micro),
    unit,
  });
  if (item === 'CONTAINER_INSTANCE') {
    return [
      line('VCPU_SECOND', sum.milliCpuMilliseconds),
      line('GIB_SECOND', divideRounded(sum.mebibyteMilliseconds * MILLION, 1_024_000n)),
    ];
  }
  // Subscriptions are paid in advance: the duration does not matter.
  if (chargeType === 'PREPAID') return [line('SUBSCRIPTION', BigInt(resources) * MILLION)];
  return [line(HOURLY[item], divideRounded(sum.milliseconds * MILLION, HOUR))];
}

/** Divides and rounds to the nearest whole number, halves up. */
function divideRounded(amount: bigint, by: bigint): bigint {
  return (amount + by / 2n) / by;
}

/** Millionths as a decimal number without trailing zeros. */
export function decimal(micro: bigint): string {
  const digits = (micro % MILLION).toString().padStart(6, '0');
  const fraction = /^\d*[1-9]/.exec(digits)?.[0];
  return fraction === undefined ? `${micro / MILLION}` : `${micro / MILLION}.${fraction}`;
}

const DAY_MS = 86_400_000;
const MAX_DAYS = 366;

/** Why a span is rejected; undefined when it is valid. */
export function spanProblem(from: Date, to: Date): string | undefined {
  const days = (to.getTime() - from.getTime()) / DAY_MS;
  if (days <= 0) return 'to must be later than from.';
  return days > MAX_DAYS ? `from and to are at most ${MAX_DAYS} days apart.` : undefined;
}
