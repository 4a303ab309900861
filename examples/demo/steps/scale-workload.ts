import { newClientToken, ScaleWorkloadDocument } from '@fleetgraph/client';
import { expectAccepted, need, type Step } from '../demo-context.js';
import { watchPods } from '../watch-pods.js';
import { retryWhileUnavailable, throwIfUnavailable } from '../retry-while-unavailable.js';

const REPLICAS = 10;

export const scaleWorkload: Step = {
  title: `Scale the deployment to ${REPLICAS} replicas`,
  async run(context, output) {
    const input = {
      workloadId: need(context, 'workloadId'),
      replicas: REPLICAS,
      clientToken: newClientToken(),
    };
    const result = await retryWhileUnavailable(context, async () => {
      const { scaleWorkload: payload } = await context.client.mutate(
        ScaleWorkloadDocument,
        { input },
        { signal: context.signal },
      );
      throwIfUnavailable(payload.userErrors);
      return payload;
    });
    expectAccepted('scaling', result.userErrors);
    await watchPods(context, REPLICAS, output);
  },
};
