import { newClientToken, UpgradeClusterDocument } from '@fleetgraph/client';
import { assertThat, need, type Step } from '../demo-context.js';

export const refuseDowngrade: Step = {
  title: 'Try to go back: an upgrade has no way back',
  async run(story, tell) {
    const input = {
      id: need(story, 'clusterId'),
      version: need(story, 'version'),
      clientToken: newClientToken(),
    };
    const { upgradeCluster } = await story.client.mutate(
      UpgradeClusterDocument,
      { input },
      { signal: story.signal },
    );
    const [refusal] = upgradeCluster.userErrors;
    assertThat(refusal, 'going back to the older version was accepted');
    tell.headline(`${refusal.code}: ${refusal.message}`);
  },
};
