import type { SubgraphName } from '../subgraphs/runtime/subgraph.js';

/** Default ports of subgraph processes; also those of the addresses in the supergraph. */
export const subgraphPorts: Record<SubgraphName, number> = {
  access: 4100,
  regions: 4101,
  clusters: 4102,
  quotas: 4103,
  workloads: 4104,
  observability: 4105,
};

/** Default port of a process of the simulated cloud; its Kubernetes API servers have the next port. */
export const kubesimPort = 4106;
