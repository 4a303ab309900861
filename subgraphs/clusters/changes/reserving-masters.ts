import { diskLimit, DISKS, INSTANCES } from '../../../engine/ledger/disk-limit.js';
import { reserve } from '../../../engine/ledger/ledger.js';
import type { Transaction } from '../../../kernel/postgres/database.js';
import { newId } from '../../../kernel/ids.js';
import { rejectLargeTypes } from './instance-size.guard.js';
import { insertNodes, type NewNode, vcpusOf } from '../store/node-changes.store.js';
import { VCPU } from '../model/instance-quota.js';

export interface MasterReservationRequest {
  readonly account: string;
  readonly clusterId: string;
  readonly plan: { readonly zoneIds: readonly string[]; readonly version: string };
  /** Instance types, one per master. */
  readonly masters: readonly string[];
  readonly at: Date;
}

/**
 * Reserves the vCPUs and system disks of the account's masters and creates their rows. They are nodes of the cluster
 * from its creation on, and the provider uses their ids. Rejects with `QUOTA_EXCEEDED`.
 */
export async function reserveMasters(tx: Transaction, request: MasterReservationRequest): Promise<void> {
  const { account, clusterId, plan, masters, at } = request;
  if (masters.length === 0) return;
  const path = ['input', 'masters', 'instanceType'];
  const config = { instanceConfig: { chargeType: 'POSTPAID' } } as const;
  const pool = { desiredSize: masters.length, instanceTypes: masters.slice(0, 1), config, path };
  await rejectLargeTypes(tx, account, [pool]);
  const sizes = await vcpusOf(tx, masters);
  const rows = masters.map((instanceType, index): NewNode & { readonly vcpus: number } => ({
    id: newId('node'),
    account,
    clusterId,
    nodePoolId: null,
    role: 'MASTER',
    name: `master-${index}`,
    state: 'pending',
    status: 'Unknown',
    zoneId: plan.zoneIds[index % Math.max(1, plan.zoneIds.length)] ?? '',
    instanceType,
    vcpus: sizes.get(instanceType) ?? 0,
    disks: 1,
    version: plan.version,
    createdAt: at,
  }));
  const amount = rows.reduce((sum, { vcpus }) => sum + vcpus, 0);
  const inInput = { account, path: ['input', 'masters'] };
  await reserve(tx, { ...VCPU, ...inInput, amount });
  await reserve(tx, { ...inInput, resource: INSTANCES, scope: '', amount: rows.length });
  const computedLimit = await diskLimit(tx, account);
  await reserve(tx, { ...inInput, resource: DISKS, scope: '', amount: rows.length, computedLimit });
  await insertNodes(tx, rows);
}
