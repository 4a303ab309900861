import { GetClusterDocument } from '@fleetgraph/client';
import { requestDeletion } from '../delete-demo-cluster.js';
import { assertThat, need, operationSummary, type Step } from '../demo-context.js';
import { watchOperation } from '../watch-operation.js';
import { countedQuotas, printQuotas } from './show-quotas.js';

export const deleteCluster: Step = {
  title: 'Delete the cluster and wait until it is gone',
  async run(story, tell) {
    const id = need(story, 'clusterId');
    const operationId = await requestDeletion(story.client, id, story.signal);
    const end = await watchOperation(story, operationId, tell);
    assertThat(end.state === 'SUCCEEDED', `the deletion ended as ${operationSummary(end)}`);
    const { cluster } = await story.client.query(GetClusterDocument, { id }, { signal: story.signal });
    assertThat(cluster?.state === 'DELETED', `the cluster is ${cluster?.state ?? 'unknown'}, not DELETED`);
    story.deleted = true;
    story.feed.check();
    printQuotas(await countedQuotas(story), tell);
    tell.headline(`gone; ${story.feed.count} events of provisioning came in, each once`);
  },
};
