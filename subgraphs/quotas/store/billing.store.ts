import { checkedColumns, oneOf } from '../../../kernel/postgres/checked-columns.js';
import { BILLING_ITEMS, CHARGE_TYPES } from '../model/billing.enums.js';
import { setUsage } from '../../../engine/ledger/ledger.js';
import type { Database, Transaction } from '../../../kernel/postgres/database.js';
import type { UseSum } from '../model/billing.rules.js';
import type { MeteredPod } from '../model/container-metering.rules.js';

export interface ServerlessCluster {
  readonly account: string;
  readonly clusterId: string;
  /** The ledger's resource of its pods. */
  readonly pods: string;
}

export interface Span {
  readonly from: Date;
  readonly to: Date;
}

interface SumRow extends Omit<UseSum, 'milliseconds' | 'milliCpuMilliseconds' | 'mebibyteMilliseconds'> {
  readonly milliseconds: string;
  readonly milliCpuMilliseconds: string;
  readonly mebibyteMilliseconds: string;
}

const checkSums = checkedColumns('quotas.usage_record', 'clusterId', {
  item: oneOf(BILLING_ITEMS),
  chargeType: oneOf(CHARGE_TYPES),
});

/**
 * Reads usage records. Triggers of the schema `quotas` write them in the transaction that creates or deletes a resource:
 * `meter_cluster`, `meter_node`, `meter_resource` and `meter_claim`
 * (docs/decisions/0026-meter-billed-resources-by-triggers.md). The provider meters container instances.
 */
export class BillingStore {
  constructor(private readonly database: Database) {}

  /**
   * Sums the usage of the account, or of one cluster, in the span in one statement. Exact to the millisecond for
   * single usage records. Where only daily sums are kept (see retention.store.ts), a part of a day counts in
   * proportion, and `resources` is that of the day with the most.
   */
  async sums(account: string, { from, to }: Span, clusterId: string | null): Promise<UseSum[]> {
    const rows = await this.database.$queryRaw<SumRow[]>`
      WITH used AS (
        SELECT cluster_id, item, charge_type, instance_type, resource_id, 0 AS resources, ms,
               ms::numeric * milli_cpu AS cpu, ms::numeric * memory_mib AS memory
        FROM (SELECT use.*, (extract(epoch FROM least(coalesce(ended_at, ${to}), ${to}) - greatest(started_at, ${from}))
                             * 1000)::bigint AS ms
              FROM quotas.usage_record AS use
              WHERE account = ${account} AND (${clusterId}::text IS NULL OR cluster_id = ${clusterId})
                AND started_at < ${to} AND (ended_at IS NULL OR ended_at > ${from})) AS one
        UNION ALL
        SELECT cluster_id, item, charge_type, nullif(instance_type, ''), NULL, resources, round(milliseconds * share),
               round(milli_cpu_milliseconds * share), round(mebibyte_milliseconds * share)
        FROM (SELECT summed.*, extract(epoch FROM least(${to}, day::timestamptz + interval '1 day')
                                                  - greatest(${from}, day::timestamptz)) / 86400 AS share
              FROM quotas.daily_usage AS summed
              WHERE account = ${account} AND (${clusterId}::text IS NULL OR cluster_id = ${clusterId})
                AND day::timestamptz < ${to} AND day::timestamptz + interval '1 day' > ${from}) AS days
      )
      SELECT cluster_id AS "clusterId", item, charge_type AS "chargeType", instance_type AS "instanceType",
             (count(DISTINCT resource_id) + max(resources))::int AS resources, sum(ms)::text AS milliseconds,
             sum(cpu)::text AS "milliCpuMilliseconds", sum(memory)::text AS "mebibyteMilliseconds"
      FROM used GROUP BY cluster_id, item, charge_type, instance_type
      ORDER BY cluster_id, item, charge_type, instance_type NULLS FIRST`.then(checkSums);
    return rows.map((row) => ({
      ...row,
      milliseconds: BigInt(row.milliseconds),
      milliCpuMilliseconds: BigInt(row.milliCpuMilliseconds),
      mebibyteMilliseconds: BigInt(row.mebibyteMilliseconds),
    }));
  }

  /** Serverless clusters: those whose pods the ledger counts. */
  async serverlessClusters(): Promise<ServerlessCluster[]> {
    const rows = await this.database.ledgerUsage.findMany({
      where: { resource: { in: ['ASK_PRO/podsPerCluster', 'ASK_STANDARD/podsPerCluster'] } },
      select: { account: true, scope: true, resource: true },
      orderBy: { scope: 'asc' },
    });
    return rows.map(({ account, scope, resource }) => ({ account, clusterId: scope, pods: resource }));
  }

  /** Sets the usage of a cluster's pod quota. */
  setPodUsage({ account, clusterId: scope, pods: resource }: ServerlessCluster, used: number): Promise<void> {
    return setUsage(this.database, account, { resource, scope }, used);
  }

  /** The provider's position up to which usage of container instances is recorded; 0 at first. */
  async meteringPosition(): Promise<number> {
    const row = await this.database.meteringPosition.findUnique({ where: { item: CONTAINERS } });
    return Number(row?.position ?? 0);
  }

  /** Records usage of container instances and the new position in one transaction. */
  async recordPods(pods: readonly MeteredPod[], position: number): Promise<void> {
    await this.database.$transaction(async (tx) => {
      await insertPods(tx, pods);
      await tx.$executeRaw`
        INSERT INTO quotas.metering_position AS known (item, position) VALUES (${CONTAINERS}, ${BigInt(position)})
        ON CONFLICT (item) DO UPDATE SET position = greatest(known.position, excluded.position)`;
    });
  }
}

const CONTAINERS = 'CONTAINER_INSTANCE';

/**
 * An update may only end a usage record, and an ended one is not changed: another engine may have read a later state
 * from the provider.
 */
async function insertPods(tx: Transaction, pods: readonly MeteredPod[]): Promise<void> {
  if (pods.length === 0) return;
  await tx.$executeRaw`
      INSERT INTO quotas.usage_record AS known (id, account, cluster_id, item, resource_id, charge_type, milli_cpu,
                                               memory_mib, started_at, ended_at)
      SELECT uid, account, "clusterId", 'CONTAINER_INSTANCE', uid, 'POSTPAID', "milliCpu", "memoryMiB",
             "startedAt", "endedAt"
      FROM jsonb_to_recordset(${JSON.stringify(pods)}::jsonb) AS pod (
        uid text, account text, "clusterId" text, "milliCpu" int, "memoryMiB" int, "startedAt" timestamptz, "endedAt" timestamptz)
      ON CONFLICT (id) DO UPDATE SET ended_at = coalesce(known.ended_at, excluded.ended_at)`;
}
