import type { Reconciler, Schedule } from '../engine/contract.js';
import type { Platform } from '../engine/platform.js';
import { defaultRetention, operationRetention, retentionSchedule } from '../engine/jobs/retention.js';
import { waitForResourceVersion } from './wait-for-resource-version.js';
import type { Subgraph, SubgraphName } from '../subgraphs/runtime/subgraph.js';
import {
  clusterReconcilers,
  clusterSchedules,
  createClustersSubgraph,
} from '../subgraphs/clusters/subgraph.js';
import { clusterRetention } from '../subgraphs/clusters/store/retention.store.js';
import {
  createObservabilitySubgraph,
  observabilityReconcilers,
  observabilitySchedules,
} from '../subgraphs/observability/subgraph.js';
import { createQuotasSubgraph, quotaReconcilers, quotaSchedules } from '../subgraphs/quotas/subgraph.js';
import { quotaRetention } from '../subgraphs/quotas/store/retention.store.js';
import { createRegionsSubgraph } from '../subgraphs/regions/subgraph.js';
import { createWorkloadsSubgraph } from '../subgraphs/workloads/subgraph.js';

const factories: Record<SubgraphName, (platform: Platform) => Promise<Subgraph>> = {
  regions: createRegionsSubgraph,
  clusters: createClustersSubgraph,
  quotas: createQuotasSubgraph,
  workloads: createWorkloadsSubgraph,
  observability: createObservabilitySubgraph,
};

/** Builds one subgraph on the platform's parts. */
export async function createSubgraph(name: SubgraphName, platform: Platform): Promise<Subgraph> {
  return {
    ...(await factories[name](platform)),
    waitForVersion: (context) => waitForResourceVersion(platform, context),
    checkReady: () => platform.database.probe.check(),
  };
}

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
  const policies = [operationRetention, ...clusterRetention, ...quotaRetention];
  return [
    ...clusterSchedules(platform),
    ...quotaSchedules(platform),
    ...observabilitySchedules(platform),
    retentionSchedule(policies, retention),
  ];
}
