import { GetClusterDocument } from '@fleetgraph/client';
import { requestDeletion } from '../delete-demo-cluster.js';
import { assertThat, need, operationSummary, type Step } from '../demo-context.js';
import { watchOperation } from '../watch-operation.js';
import { countedQuotas, printQuotas } from './show-quotas.js';

export const deleteCluster: Step = {
  title: 'Delete the cluster and wait until it is gone',
  async run(context, output) {
    const id = need(context, 'clusterId');
    const operationId = await requestDeletion(context.client, id, context.signal);
    const end = await watchOperation(context, operationId, output);
    assertThat(end.state === 'SUCCEEDED', `the deletion ended as ${operationSummary(end)}`);
    const { cluster } = await context.client.query(GetClusterDocument, { id }, { signal: context.signal });
    assertThat(cluster?.state === 'DELETED', `the cluster is ${cluster?.state ?? 'unknown'}, not DELETED`);
    context.deleted = true;
    context.feed.check();
    printQuotas(await countedQuotas(context), output);
    output.headline(`gone; received ${context.feed.count} provisioning events, each once`);
  },
};
