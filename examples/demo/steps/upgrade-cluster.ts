import { GetWorkloadDocument, newClientToken, UpgradeClusterDocument } from '@fleetgraph/client';
import { graphql } from '../../generated/index.js';
import {
  expectAccepted,
  assertThat,
  need,
  operationSummary,
  type Step,
  type DemoContext,
} from '../demo-context.js';
import { pollUntil } from '../poll-until.js';
import { watchOperation } from '../watch-operation.js';
import { retryWhileUnavailable } from '../retry-while-unavailable.js';

const Versions = graphql(`
  query DemoClusterVersions($id: ID!) {
    cluster(id: $id) {
      state
      version {
        id
      }
      nodes(first: 100) {
        nodes {
          name
          status
        }
      }
    }
  }
`);

export const upgradeCluster: Step = {
  title: 'Upgrade it, node by node, while the deployment goes on serving',
  async run(story, tell) {
    const id = need(story, 'clusterId');
    const version = need(story, 'targetVersion');
    const input = { id, version, clientToken: newClientToken() };
    const { upgradeCluster: answer } = await story.client.mutate(
      UpgradeClusterDocument,
      { input },
      { signal: story.signal },
    );
    expectAccepted('the upgrade', answer.userErrors);
    assertThat(answer.operation, 'the upgrade was accepted without an operation');
    const ended = new AbortController();
    const least = leastReady(story, ended.signal);
    const end = await watchOperation(story, answer.operation.id, tell).finally(() => ended.abort());
    assertThat(end.state === 'SUCCEEDED', `the upgrade ended as ${operationSummary(end)}`);
    const { cluster } = await story.client.query(Versions, { id }, { signal: story.signal });
    assertThat(cluster?.version.id === version, `the cluster runs ${cluster?.version.id}, not ${version}`);
    const ready = cluster.nodes.nodes.filter(({ status }) => status === 'Ready').length;
    const pods = await least;
    assertThat(pods > 0, 'the deployment was without a ready pod');
    tell.headline(
      `Kubernetes ${version} on ${ready} ready nodes; the deployment never had fewer than ${pods} ready pods`,
    );
  },
};

/** The fewest ready pods that were seen until the signal. */
async function leastReady(story: DemoContext, ended: AbortSignal): Promise<number> {
  const id = need(story, 'workloadId');
  let least = Infinity;
  await pollUntil(
    async () => {
      const { client, signal } = story;
      const { workload } = await retryWhileUnavailable(story, () =>
        client.query(GetWorkloadDocument, { id }, { signal }),
      );
      if (workload) least = Math.min(least, workload.readyReplicas);
      return ended.aborted ? true : undefined;
    },
    { what: 'the end of the upgrade', signal: story.signal, within: 30 * 60_000 },
  );
  return least;
}
