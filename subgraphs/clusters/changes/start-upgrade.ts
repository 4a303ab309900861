import { createOperation } from '../../../engine/operations/operations.js';
import { enqueue } from '../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../engine/events/event-transaction.js';
import { type ClusterRow, updateCluster } from '../store/cluster.store.js';
import { planInWindow, rejectSecondChange } from './scheduled-change.js';
import type { RollingPolicy } from '../store/upgrade-input.js';
import { controlsIn, UPGRADE_CLUSTER, UPGRADE_STAGES } from '../model/upgrade.rules.js';
import type { ChangeTiming } from '../model/maintenance-window.enums.js';

/** A validated upgrade request. */
export interface UpgradeRequest {
  readonly version: string;
  readonly rolling?: RollingPolicy | undefined;
  readonly timing: ChangeTiming | null | undefined;
  readonly at: Date;
}

/**
 * Starts the upgrade of a locked RUNNING cluster, or schedules it for the maintenance window; returns the operation's
 * id. Rejects with `INVALID_STATE` while another upgrade is scheduled, and MAINTENANCE_WINDOW without an active
 * window.
 */
export async function startUpgrade(
  tx: EventTransaction,
  cluster: ClusterRow,
  { version, rolling, timing, at }: UpgradeRequest,
): Promise<string> {
  const { account, id } = cluster;
  await rejectSecondChange(tx, cluster, { type: UPGRADE_CLUSTER });
  const input = { version, ...(rolling && { rolling }) };
  const fields = { type: UPGRADE_CLUSTER, stages: UPGRADE_STAGES, input };
  const planned = await planInWindow(tx, cluster, { ...fields, timing, at });
  if (planned) return planned.id;
  const target = { account, targetKind: 'Cluster', targetId: id, clusterId: id } as const;
  const operation = await createOperation(tx, { ...target, ...fields, ...controlsIn('PRECHECK') }, at);
  await updateCluster(tx, id, { state: 'UPGRADING', operationId: operation.id });
  await enqueue(tx, 'cluster', id);
  return operation.id;
}
