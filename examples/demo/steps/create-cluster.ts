import { randomBytes } from 'node:crypto';
import { CreateClusterDocument, newClientToken } from '@fleetgraph/client';
import { expectAccepted, expectThat, need, outcomeOf, type Step } from '../story.js';
import { watchOperation } from '../watch-operation.js';

/** Machine of the nodes: 4 vCPU, 16 GiB. */
const INSTANCE_TYPE = 'ecs.g7.xlarge';
const NODES = 3;

export const createCluster: Step = {
  title: `Create a cluster of ${NODES} nodes and watch it come up`,
  async run(story, tell) {
    const { createCluster: answer } = await story.client.mutate(
      CreateClusterDocument,
      {
        input: {
          name: `demo-${randomBytes(3).toString('hex')}`,
          regionId: need(story, 'regionId'),
          version: story.version,
          type: 'MANAGED_KUBERNETES',
          spec: 'PRO',
          nodePools: [{ name: 'default', instanceTypes: [INSTANCE_TYPE], desiredSize: NODES }],
          labels: { made: 'by-the-demo' },
          clientToken: newClientToken(),
        },
      },
      { signal: story.signal },
    );
    expectAccepted('the cluster', answer.userErrors);
    const { cluster, operation } = answer;
    expectThat(cluster && operation, 'the cluster was accepted without an operation');
    story.clusterId = cluster.id;
    story.nodePoolId = cluster.nodePools.nodes[0]?.id ?? '';
    tell.line(`${cluster.name} is ${cluster.id}`);
    await story.feed.follow(cluster.id);

    const end = await watchOperation(story, operation.id, tell);
    expectThat(end.state === 'SUCCEEDED', `creating the cluster ended as ${outcomeOf(end)}`);
    story.nodes = NODES;
    tell.headline(`${cluster.name} runs Kubernetes ${cluster.version.id} in ${cluster.region.id}`);
  },
};
