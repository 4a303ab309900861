import { queryGraph, type GraphEndpoint } from '../platform/graph-endpoint.js';

interface Pool {
  readonly state: string;
  readonly totalNodes: number;
  readonly healthyNodes: number;
}

const FLEET = `query Fleet($after: String) {
  clusters(first: 100, after: $after) {
    nodes { id state nodePools { nodes { state totalNodes healthyNodes } } }
    pageInfo { endCursor hasNextPage }
  }
}`;

interface FleetPage {
  readonly clusters: {
    readonly nodes: readonly {
      readonly id: string;
      readonly state: string;
      readonly nodePools: { readonly nodes: readonly Pool[] };
    }[];
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
  };
}

/** Throws unless the graph shows every cluster running with exactly the requested number of nodes. */
export async function checkFleet(
  endpoint: GraphEndpoint,
  clusters: number,
  nodesEach: number,
): Promise<void> {
  const clustersSeen: FleetPage['clusters']['nodes'][number][] = [];
  let after: string | null = null;
  do {
    const page: FleetPage = await queryGraph<FleetPage>(endpoint, FLEET, { after });
    clustersSeen.push(...page.clusters.nodes);
    after = page.clusters.pageInfo.hasNextPage ? page.clusters.pageInfo.endCursor : null;
  } while (after !== null);
  const wrong = clustersSeen.filter(({ state, nodePools: { nodes } }) => {
    const [pool] = nodes;
    return (
      state !== 'RUNNING' ||
      nodes.length !== 1 ||
      pool?.totalNodes !== nodesEach ||
      pool.healthyNodes !== nodesEach
    );
  });
  if (clustersSeen.length === clusters && wrong.length === 0) return;
  throw new Error(
    `the graph shows ${clustersSeen.length} clusters, ${wrong.length} of them with another state or size, e.g. ${JSON.stringify(wrong[0])}`,
  );
}
