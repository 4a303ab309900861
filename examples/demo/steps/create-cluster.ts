import { randomBytes } from 'node:crypto';
import { CreateClusterDocument, newClientToken } from '@fleetgraph/client';
import { DEMO_LABEL, findDemoClusters } from '../delete-demo-cluster.js';
import {
  expectAccepted,
  assertThat,
  need,
  operationSummary,
  type Step,
  type DemoContext,
} from '../demo-context.js';
import { DemoFailure } from '../demo-failure.js';
import { watchOperation } from '../watch-operation.js';
import { countedQuotas } from './show-quotas.js';

/** Instance type of the nodes: 4 vCPU, 16 GiB. */
const INSTANCE_TYPE = 'ecs.g7.xlarge';
const VCPU_PER_NODE = 4;
const NODES = 3;

export const createCluster: Step = {
  title: `Create a cluster of ${NODES} nodes and watch it start`,
  async run(context, output) {
    await expectRoom(context);
    const name = `demo-${randomBytes(3).toString('hex')}`;
    const input = {
      name,
      regionId: need(context, 'regionId'),
      version: context.version,
      type: 'MANAGED_KUBERNETES',
      spec: 'PRO',
      nodePools: [{ name: 'default', instanceTypes: [INSTANCE_TYPE], desiredSize: NODES }],
      labels: DEMO_LABEL,
      clientToken: newClientToken(),
    } as const;
    const request = async (signal: AbortSignal) =>
      (await context.client.mutate(CreateClusterDocument, { input }, { signal })).createCluster;
    context.clusterName = name;
    context.requestCluster = request;
    const result = await request(context.signal);
    context.requestCluster = undefined;
    expectAccepted('the cluster', result.userErrors);
    const { cluster, operation } = result;
    assertThat(cluster && operation, 'the cluster was accepted without an operation');
    context.clusterId = cluster.id;
    context.nodePoolId = cluster.nodePools.nodes[0]?.id ?? '';
    output.line(`${cluster.name} is ${cluster.id}`);
    await context.feed.follow(cluster.id);

    const end = await watchOperation(context, operation.id, output);
    assertThat(end.state === 'SUCCEEDED', `creating the cluster ended as ${operationSummary(end)}`);
    context.nodes = NODES;
    output.headline(`${cluster.name} runs Kubernetes ${cluster.version.id} in ${cluster.region.id}`);
  },
};

/** Quota that the cluster needs, by resource. */
const NEEDED: Readonly<Record<string, number>> = {
  'ACK_PRO/clustersPerAccount': 1,
  'payg-vcpu': NODES * VCPU_PER_NODE,
  'load-balancers': 1,
};

/** Throws if a quota is too small for the cluster; the message has the remedy. */
async function expectRoom(context: DemoContext): Promise<void> {
  const short = (await countedQuotas(context)).find(
    ({ resource, limit, used }) => limit !== null && limit - used < (NEEDED[resource] ?? 0),
  );
  if (!short) return;
  const { resource, limit, used, unit } = short;
  const leftOver = await findDemoClusters(context.client, context.signal);
  const remedy =
    leftOver.length > 0
      ? `Earlier runs have left ${leftOver.map(({ name }) => name).join(', ')}: ${context.cleanCommand}`
      : 'Delete a cluster, or have the quota raised: the mutation requestQuotaIncrease';
  throw new DemoFailure(
    `the quota ${resource} has no room for the demo's cluster: ${used} of ${limit} ${unit} are in use, ` +
      `and ${NEEDED[resource]} are needed\n${remedy}`,
  );
}
