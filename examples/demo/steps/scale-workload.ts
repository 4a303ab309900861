import { newClientToken, ScaleWorkloadDocument } from '@fleetgraph/client';
import { expectAccepted, need, type Step } from '../story.js';
import { watchPods } from '../watch-pods.js';
import { patiently, throwIfAway } from '../while-away.js';

const REPLICAS = 10;

export const scaleWorkload: Step = {
  title: `Scale the deployment to ${REPLICAS} replicas`,
  async run(story, tell) {
    const input = {
      workloadId: need(story, 'workloadId'),
      replicas: REPLICAS,
      clientToken: newClientToken(),
    };
    const answer = await patiently(story, async () => {
      const { scaleWorkload: payload } = await story.client.mutate(
        ScaleWorkloadDocument,
        { input },
        { signal: story.signal },
      );
      throwIfAway(payload.userErrors);
      return payload;
    });
    expectAccepted('scaling', answer.userErrors);
    await watchPods(story, REPLICAS, tell);
  },
};
