import type { Platform } from '../engine/platform.js';
import type { Subgraph, SubgraphName } from '../subgraphs/runtime/subgraph.js';
import { waitForResourceVersion } from './wait-for-resource-version.js';

type CreateSubgraph = (platform: Platform) => Promise<Subgraph>;

/** Loads the code of one subgraph: a process of a single subgraph loads no other. */
const load: Readonly<Record<SubgraphName, () => Promise<CreateSubgraph>>> = {
  regions: async () => (await import('../subgraphs/regions/subgraph.js')).createRegionsSubgraph,
  clusters: async () => (await import('../subgraphs/clusters/subgraph.js')).createClustersSubgraph,
  quotas: async () => (await import('../subgraphs/quotas/subgraph.js')).createQuotasSubgraph,
  workloads: async () => (await import('../subgraphs/workloads/subgraph.js')).createWorkloadsSubgraph,
  access: async () => (await import('../subgraphs/access/subgraph.js')).createAccessSubgraph,
  observability: async () =>
    (await import('../subgraphs/observability/subgraph.js')).createObservabilitySubgraph,
};

/** Loads and builds one subgraph. */
export async function createSubgraph(name: SubgraphName, platform: Platform): Promise<Subgraph> {
  const create = await load[name]();
  return {
    ...(await create(platform)),
    waitForVersion: (context) => waitForResourceVersion(platform, context),
    checkReady: () => platform.database.probe.check(),
  };
}
