import { GetKubeconfigDocument } from '@fleetgraph/client';
import { assertThat, need, type Step } from '../demo-context.js';

/** Minutes for which the kubeconfig is good. */
const TTL = 60;

export const getKubeconfig: Step = {
  title: 'Get a kubeconfig for kubectl',
  async run(story, tell) {
    const variables = { clusterId: need(story, 'clusterId'), ttlMinutes: TTL };
    const { cluster } = await story.client.query(GetKubeconfigDocument, variables, { signal: story.signal });
    const kubeconfig = cluster?.kubeconfig;
    assertThat(kubeconfig, 'a running cluster has no kubeconfig');
    const server = /server: (\S+)/.exec(kubeconfig.yaml)?.[1];
    assertThat(server, 'the kubeconfig names no server');
    tell.headline(`for ${server}, until ${new Date(kubeconfig.expiresAt).toLocaleTimeString()}`);
  },
};
