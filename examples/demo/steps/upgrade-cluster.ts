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
  title: 'Upgrade it node by node while the deployment stays available',
  async run(context, output) {
    const id = need(context, 'clusterId');
    const version = need(context, 'targetVersion');
    const input = { id, version, clientToken: newClientToken() };
    const { upgradeCluster: payload } = await context.client.mutate(
      UpgradeClusterDocument,
      { input },
      { signal: context.signal },
    );
    expectAccepted('the upgrade', payload.userErrors);
    assertThat(payload.operation, 'the upgrade was accepted without an operation');
    const ended = new AbortController();
    const leastReadyNodes = leastReady(context, ended.signal);
    const end = await watchOperation(context, payload.operation.id, output).finally(() => ended.abort());
    assertThat(end.state === 'SUCCEEDED', `the upgrade ended as ${operationSummary(end)}`);
    const { cluster } = await context.client.query(Versions, { id }, { signal: context.signal });
    assertThat(cluster?.version.id === version, `the cluster runs ${cluster?.version.id}, not ${version}`);
    const ready = cluster.nodes.nodes.filter(({ status }) => status === 'Ready').length;
    const pods = await leastReadyNodes;
    assertThat(pods > 0, 'the deployment was without a ready pod');
    output.headline(
      `Kubernetes ${version} on ${ready} ready nodes; the deployment never had fewer than ${pods} ready pods`,
    );
  },
};

/** The lowest number of ready pods until the signal aborts. */
async function leastReady(context: DemoContext, ended: AbortSignal): Promise<number> {
  const id = need(context, 'workloadId');
  let min = Infinity;
  await pollUntil(
    async () => {
      const { client, signal } = context;
      const { workload } = await retryWhileUnavailable(context, () =>
        client.query(GetWorkloadDocument, { id }, { signal }),
      );
      if (workload) min = Math.min(min, workload.readyReplicas);
      return ended.aborted ? true : undefined;
    },
    { condition: 'the end of the upgrade', signal: context.signal, within: 30 * 60_000 },
  );
  return min;
}
