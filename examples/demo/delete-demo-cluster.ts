import { type Client, DeleteClusterDocument, newClientToken, waitForOperation } from '@fleetgraph/client';
import { graphql } from '../generated/index.js';
import type { DemoOutput } from './demo-output.js';
import { expectAccepted, assertThat, operationSummary } from './demo-context.js';

/** Label of every cluster that the demo makes. */
export const DEMO_LABEL = { made: 'by-the-demo' };

const DemoClusters = graphql(`
  query DemoClusters($filter: ClusterFilter!) {
    clusters(first: 100, filter: $filter) {
      nodes {
        id
        name
        state
      }
    }
  }
`);

export interface DemoCluster {
  readonly id: string;
  readonly name: string;
}

/** The clusters that runs of the demo have left. */
export async function findDemoClusters(client: Client, signal: AbortSignal): Promise<readonly DemoCluster[]> {
  const filter = { labels: DEMO_LABEL };
  return (await client.query(DemoClusters, { filter }, { signal })).clusters.nodes;
}

/** Asks for a cluster's deletion; answers the operation that follows. Throws when it is refused. */
export async function requestDeletion(client: Client, id: string, signal: AbortSignal): Promise<string> {
  const input = { id, clientToken: newClientToken() };
  const { deleteCluster } = await client.mutate(DeleteClusterDocument, { input }, { signal });
  expectAccepted('the deletion', deleteCluster.userErrors);
  assertThat(deleteCluster.operation, 'the deletion was accepted without an operation');
  return deleteCluster.operation.id;
}

export interface Deletion {
  readonly client: Client;
  readonly operationId: string;
  /** Of the cluster. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Waits until a cluster is gone. */
export async function waitUntilGone(deletion: Deletion, tell: DemoOutput): Promise<void> {
  const { client, operationId, name, signal } = deletion;
  const onProgress = ({ progress }: { progress: number }) => tell.progress(progress, `deleting ${name}`);
  const end = await waitForOperation(client, operationId, { signal, onProgress });
  assertThat(end.state === 'SUCCEEDED', `the deletion ended as ${operationSummary(end)}`);
}
