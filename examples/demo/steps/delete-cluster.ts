import { rm } from 'node:fs/promises';
import { type Client, DeleteClusterDocument, GetClusterDocument, newClientToken } from '@fleetgraph/client';
import { expectAccepted, expectThat, need, outcomeOf, type Step, type Story } from '../story.js';
import { watchOperation } from '../watch-operation.js';
import { countedQuotas, tellQuotas } from './show-quotas.js';

export const deleteCluster: Step = {
  title: 'Delete the cluster and wait until it is gone',
  async run(story, tell) {
    const id = need(story, 'clusterId');
    const answer = await requestDeletion(story.client, id, story.signal);
    expectAccepted('the deletion', answer.userErrors);
    expectThat(answer.operation, 'the deletion was accepted without an operation');
    const end = await watchOperation(story, answer.operation.id, tell);
    expectThat(end.state === 'SUCCEEDED', `the deletion ended as ${outcomeOf(end)}`);
    const { cluster } = await story.client.query(GetClusterDocument, { id }, { signal: story.signal });
    expectThat(cluster?.state === 'DELETED', `the cluster is ${cluster?.state ?? 'unknown'}, not DELETED`);
    story.deleted = true;
    story.feed.check();
    tell.headline(`gone; ${story.feed.count} events of provisioning came in, each once`);
    tellQuotas(await countedQuotas(story), tell);
  },
};

/** Leaves nothing behind when the demo ends early: asks for the deletion, without waiting for it. */
export async function cleanUp(story: Story): Promise<void> {
  if (story.kubeconfigFolder) await rm(story.kubeconfigFolder, { recursive: true, force: true });
  if (!story.clusterId || story.deleted) return;
  await requestDeletion(story.client, story.clusterId, AbortSignal.timeout(10_000)).catch(() => undefined);
}

async function requestDeletion(client: Client, id: string, signal: AbortSignal) {
  const input = { id, clientToken: newClientToken() };
  return (await client.mutate(DeleteClusterDocument, { input }, { signal })).deleteCluster;
}
