import type { SubgraphName } from '../subgraphs/runtime/subgraph.js';

/** Where a subgraph process listens when nothing else is said; also the address in the supergraph. */
export const subgraphPorts: Record<SubgraphName, number> = {
  regions: 4101,
  clusters: 4102,
  quotas: 4103,
  workloads: 4104,
  observability: 4105,
};

/** Where the simulated cloud listens as a process of its own; its Kubernetes API servers take the next port. */
export const kubesimPort = 4106;
