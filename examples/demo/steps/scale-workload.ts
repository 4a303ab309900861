import { newClientToken, ScaleWorkloadDocument } from '@fleetgraph/client';
import { expectAccepted, need, type Step } from '../demo-context.js';
import { watchPods } from '../watch-pods.js';
import { retryWhileUnavailable, throwIfUnavailable } from '../retry-while-unavailable.js';

const REPLICAS = 10;

export const scaleWorkload: Step = {
  title: `Scale the deployment to ${REPLICAS} replicas`,
  async run(story, tell) {
    const input = {
      workloadId: need(story, 'workloadId'),
      replicas: REPLICAS,
      clientToken: newClientToken(),
    };
    const answer = await retryWhileUnavailable(story, async () => {
      const { scaleWorkload: payload } = await story.client.mutate(
        ScaleWorkloadDocument,
        { input },
        { signal: story.signal },
      );
      throwIfUnavailable(payload.userErrors);
      return payload;
    });
    expectAccepted('scaling', answer.userErrors);
    await watchPods(story, REPLICAS, tell);
  },
};
