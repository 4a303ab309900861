import { newClientToken, UpgradeClusterDocument } from '@fleetgraph/client';
import { assertThat, need, type Step } from '../demo-context.js';

export const refuseDowngrade: Step = {
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
    const [refusal] = upgradeCluster.userErrors;
    assertThat(refusal, 'the downgrade was accepted');
    output.headline(`${refusal.code}: ${refusal.message}`);
  },
};
