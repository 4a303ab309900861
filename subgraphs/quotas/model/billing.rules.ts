import {
  BillingChargeType,
  BillingItem,
  type BillingLine,
  BillingUnit,
} from '../api/billing/billing.type.js';

/** Uses of one item of a cluster in a span, summed up. All sums are whole numbers. */
export interface UseSum {
  readonly clusterId: string;
  readonly item: BillingItem;
  readonly chargeType: BillingChargeType;
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

const HOURLY: Readonly<Record<Exclude<BillingItem, BillingItem.CONTAINER_INSTANCE>, BillingUnit>> = {
  [BillingItem.CLUSTER_MANAGEMENT]: BillingUnit.CLUSTER_HOUR,
  [BillingItem.MASTER_INSTANCE]: BillingUnit.INSTANCE_HOUR,
  [BillingItem.WORKER_INSTANCE]: BillingUnit.INSTANCE_HOUR,
  [BillingItem.LOAD_BALANCER]: BillingUnit.LOAD_BALANCER_HOUR,
  [BillingItem.EIP]: BillingUnit.EIP_HOUR,
  [BillingItem.DISK]: BillingUnit.DISK_HOUR,
};

/** The lines of a sum: container instances have one for vCPUs and one for memory. */
export function linesOf(sum: UseSum): BillingLine[] {
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
  if (item === BillingItem.CONTAINER_INSTANCE) {
    return [
      line(BillingUnit.VCPU_SECOND, sum.milliCpuMilliseconds),
      line(BillingUnit.GIB_SECOND, divideRounded(sum.mebibyteMilliseconds * MILLION, 1_024_000n)),
    ];
  }
  // Paid in advance: how long it ran makes no difference.
  if (chargeType === BillingChargeType.PREPAID)
    return [line(BillingUnit.SUBSCRIPTION, BigInt(resources) * MILLION)];
  return [line(HOURLY[item], divideRounded(sum.milliseconds * MILLION, HOUR))];
}

/** Rounded to the nearest whole number, halves up. */
function divideRounded(amount: bigint, by: bigint): bigint {
  return (amount + by / 2n) / by;
}

/** Millionths as a decimal number without needless zeros. */
export function decimal(micro: bigint): string {
  const digits = (micro % MILLION).toString().padStart(6, '0');
  const fraction = /^\d*[1-9]/.exec(digits)?.[0];
  return fraction === undefined ? `${micro / MILLION}` : `${micro / MILLION}.${fraction}`;
}

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 366;

/** What is wrong with a span; undefined when nothing is. */
export function spanProblem(from: Date, to: Date): string | undefined {
  const days = (to.getTime() - from.getTime()) / DAY_MS;
  if (days <= 0) return 'to must be later than from.';
  return days > LONGEST_DAYS ? `from and to are at most ${LONGEST_DAYS} days apart.` : undefined;
}
