import { type Client, DeleteClusterDocument, newClientToken, waitForOperation } from '@fleetgraph/client';
import { graphql } from '../generated/index.js';
import type { DemoOutput } from './demo-output.js';
import { expectAccepted, assertThat, operationSummary } from './demo-context.js';

/** Label of every cluster that the demo creates. */
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

/** Clusters left by earlier runs of the demo. */
export async function findDemoClusters(client: Client, signal: AbortSignal): Promise<readonly DemoCluster[]> {
  const filter = { labels: DEMO_LABEL };
  return (await client.query(DemoClusters, { filter }, { signal })).clusters.nodes;
}

/** Requests the deletion of a cluster; returns its operation. Throws if it is rejected. */
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
  /** Name of the cluster. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Waits until a cluster is deleted. */
export async function waitUntilGone(deletion: Deletion, output: DemoOutput): Promise<void> {
  const { client, operationId, name, signal } = deletion;
  const onProgress = ({ progress }: { progress: number }) => output.progress(progress, `deleting ${name}`);
  const end = await waitForOperation(client, operationId, { signal, onProgress });
  assertThat(end.state === 'SUCCEEDED', `the deletion ended as ${operationSummary(end)}`);
}
