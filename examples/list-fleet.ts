/** Lists every cluster of the account, page by page, with fields of several subgraphs in one query. */
import { createClient } from '@fleetgraph/client';
import { connectionFromFlags } from './flags.js';
import type { FleetPageQuery } from './generated/graphql.js';
import { graphql } from './generated/index.js';

const FleetPage = graphql(`
  query FleetPage($after: String) {
    clusters(first: 100, after: $after) {
      nodes {
        id
        name
        state
        region {
          id
          timeZone {
            localTime
          }
        }
        version {
          id
        }
        nodes {
          totalCount
        }
        workloads(first: 500) {
          nodes {
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

await using client = createClient({
  ...(await connectionFromFlags('list-fleet', 'Lists every cluster of the account')),
  retry: { maxElapsedMs: 5_000 },
});
let after: string | null = null;
let count = 0;
do {
  const page: FleetPageQuery = await client.query(FleetPage, { after });
  count += page.clusters.nodes.length;
  for (const { name, state, region, version, nodes, workloads } of page.clusters.nodes) {
    const size = `${nodes.totalCount} nodes, ${workloads.nodes.length} workloads`;
    console.log(
      `${name}  ${state}  Kubernetes ${version.id}  ${region.id} (${region.timeZone.localTime})  ${size}`,
    );
  }
  after = page.clusters.pageInfo.hasNextPage ? page.clusters.pageInfo.endCursor : null;
} while (after !== null);
if (count === 0)
  console.log('The account has no clusters. `npm run demo` creates one and deletes it at the end.');
