import type { Reconciler, Schedule } from '../engine/contract.js';
import { defaultRetention, operationRetention, retentionSchedule } from '../engine/jobs/retention.js';
import { auditRetention } from './audit-schedule.js';
import type { Platform } from '../engine/platform.js';
import { clusterReconcilers, clusterSchedules } from '../subgraphs/clusters/reconcilers.js';
import { clusterRetention } from '../subgraphs/clusters/store/retention.store.js';
import { observabilityReconcilers, observabilitySchedules } from '../subgraphs/observability/reconcilers.js';
import { quotaReconcilers, quotaSchedules } from '../subgraphs/quotas/reconcilers.js';
import { quotaRetention } from '../subgraphs/quotas/store/retention.store.js';

/** The reconcilers of all subgraphs. */
export function reconcilers(platform: Platform): Reconciler[] {
  return [
    ...clusterReconcilers(platform),
    ...quotaReconcilers(platform),
    ...observabilityReconcilers(platform),
  ];
}

/** The schedules of all subgraphs, and the deletion of rows past their `retention`. */
export function schedules(platform: Platform, retention = defaultRetention): Schedule[] {
  const policies = [operationRetention, ...clusterRetention, ...quotaRetention, auditRetention];
  return [
    ...clusterSchedules(platform),
    ...quotaSchedules(platform),
    ...observabilitySchedules(),
    retentionSchedule(policies, retention),
  ];
}
