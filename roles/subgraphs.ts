import type { Reconciler, Schedule } from '../engine/contract.js';
import type { Platform } from '../engine/platform.js';
import type { Subgraph, SubgraphName } from '../kernel/subgraph.js';
import { clusterReconcilers, createClustersSubgraph } from '../subgraphs/clusters/subgraph.js';
import {
  createObservabilitySubgraph,
  observabilityReconcilers,
  observabilitySchedules,
} from '../subgraphs/observability/subgraph.js';
import { createQuotasSubgraph, quotaReconcilers } from '../subgraphs/quotas/subgraph.js';
import { createRegionsSubgraph } from '../subgraphs/regions/subgraph.js';
import { createWorkloadsSubgraph } from '../subgraphs/workloads/subgraph.js';

const factories: Record<SubgraphName, (platform: Platform) => Promise<Subgraph>> = {
  regions: createRegionsSubgraph,
  clusters: createClustersSubgraph,
  quotas: createQuotasSubgraph,
  workloads: createWorkloadsSubgraph,
  observability: createObservabilitySubgraph,
};

/** Where a subgraph process listens when nothing else is said; also the address in the supergraph. */
export const subgraphPorts: Record<SubgraphName, number> = {
  regions: 4101,
  clusters: 4102,
  quotas: 4103,
  workloads: 4104,
  observability: 4105,
};

/** Builds one subgraph on the platform's parts. */
export function createSubgraph(name: SubgraphName, platform: Platform): Promise<Subgraph> {
  return factories[name](platform);
}

/** Everything the engine keeps true, of all subgraphs. */
export function reconcilers(platform: Platform): Reconciler[] {
  return [...clusterReconcilers(platform), ...quotaReconcilers(platform), ...observabilityReconcilers(platform)];
}

/** Everything that starts by the clock, of all subgraphs. */
export function schedules(platform: Platform): Schedule[] {
  return [...observabilitySchedules(platform)];
}
