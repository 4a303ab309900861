import { Agent } from 'undici';
import { eventually } from '../../kit/eventually.js';
import { clusterBody, startSimulator } from '../../kubesim/simulator.js';
import { ApiClient } from './api-client.js';
import type { Implementation } from './implementation.js';

/** Id of the cluster. */
const CLUSTER = 'contract';
/** Version of Kubernetes, the same as that of the real control plane. */
const VERSION = '1.36.3';

/** A simulated cluster. */
export async function openKubesim(): Promise<Implementation> {
  const simulator = await startSimulator(undefined, undefined, { webhookHosts: ['127.0.0.1'] });
  await simulator.cloud('PUT', `/clusters/${CLUSTER}`, clusterBody({ version: VERSION }));
  await eventually(
    async () => (await simulator.cloud('GET', `/clusters/${CLUSTER}`)).body.state === 'RUNNING',
  );
  const { server, config } = await simulator.access(CLUSTER);
  const ca = Buffer.from(config.getCurrentCluster()?.caData ?? '', 'base64').toString();
  const dispatcher = new Agent({ connect: { ca } });
  const client = async (name: string, group: string) => {
    const { token } = await simulator.access(CLUSTER, { name, groups: [group] });
    return new ApiClient(server, dispatcher, { authorization: `Bearer ${token}` });
  };
  return {
    admin: await client('admin', 'system:masters'),
    anonymous: new ApiClient(server, dispatcher),
    user: client,
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy();
      await simulator[Symbol.asyncDispose]();
    },
  };
}
