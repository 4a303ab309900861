/** A request that every gateway gets. */
export interface BenchQuery {
  /** Name of the query and of its operation. */
  readonly name: string;
  readonly title: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

/** Ten clusters with fields of the subgraphs regions, quotas and observability. */
const THREE_LEVEL = `query ThreeLevel {
  clusters(first: 50) {
    nodes {
      id name state product createdAt
      version { id }
      region { id name city timeZone { id utcOffset } }
      nodePools { nodes { id name desiredSize healthyNodes } }
      quotas { resource limit used }
      events(first: 3) { nodes { id type level message at } }
    }
  }
}`;

const ONE_ENTITY = `query OneEntity($id: ID!) { cluster(id: $id) { id name state } }`;

/** The requests to the platform's graph; `clusterId` is one of the account's clusters. */
export function benchQueries(clusterId: string): BenchQuery[] {
  return [
    {
      name: 'ThreeLevel',
      title: 'three levels over four subgraphs',
      query: THREE_LEVEL,
      variables: {},
    },
    {
      name: 'OneEntity',
      title: 'one entity',
      query: ONE_ENTITY,
      variables: { id: clusterId },
    },
  ];
}
