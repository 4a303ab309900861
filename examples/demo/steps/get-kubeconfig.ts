import { GetKubeconfigDocument } from '@fleetgraph/client';
import { assertThat, need, type Step } from '../demo-context.js';

/** Lifetime of the kubeconfig in minutes. */
const TTL = 60;

export const getKubeconfig: Step = {
  title: 'Get a kubeconfig for kubectl',
  async run(context, output) {
    const variables = { clusterId: need(context, 'clusterId'), ttlMinutes: TTL };
    const { cluster } = await context.client.query(GetKubeconfigDocument, variables, {
      signal: context.signal,
    });
    const kubeconfig = cluster?.kubeconfig;
    assertThat(kubeconfig, 'a running cluster has no kubeconfig');
    const server = /server: (\S+)/.exec(kubeconfig.yaml)?.[1];
    assertThat(server, 'the kubeconfig names no server');
    output.headline(`for ${server}, until ${new Date(kubeconfig.expiresAt).toLocaleTimeString()}`);
  },
};
