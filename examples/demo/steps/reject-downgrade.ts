import { newClientToken, UpgradeClusterDocument } from '@fleetgraph/client';
import { assertThat, need, type Step } from '../demo-context.js';

export const rejectDowngrade: Step = {
  title: 'Try to downgrade: an upgrade cannot be undone',
  async run(context, output) {
    const input = {
      id: need(context, 'clusterId'),
      version: need(context, 'version'),
      clientToken: newClientToken(),
    };
    const { upgradeCluster } = await context.client.mutate(
      UpgradeClusterDocument,
      { input },
      { signal: context.signal },
    );
    const [rejection] = upgradeCluster.userErrors;
    assertThat(rejection, 'the downgrade was accepted');
    output.headline(`${rejection.code}: ${rejection.message}`);
  },
};
