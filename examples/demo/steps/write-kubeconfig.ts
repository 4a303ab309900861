import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetKubeconfigDocument } from '@fleetgraph/client';
import { expectThat, need, type Step } from '../story.js';

export const writeKubeconfig: Step = {
  title: 'Get a kubeconfig',
  async run(story, tell) {
    const clusterId = need(story, 'clusterId');
    const { cluster } = await story.client.query(GetKubeconfigDocument, { clusterId, ttlMinutes: 60 });
    const kubeconfig = cluster?.kubeconfig;
    expectThat(kubeconfig, 'a running cluster has no kubeconfig');
    story.kubeconfigFolder = await mkdtemp(join(tmpdir(), 'fleetgraph-demo-'));
    const file = join(story.kubeconfigFolder, 'kubeconfig');
    await writeFile(file, kubeconfig.yaml, { mode: 0o600 });
    tell.headline(`until ${kubeconfig.expiresAt}: kubectl --kubeconfig ${file} get pods`);
  },
};
