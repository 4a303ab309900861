import type { KubernetesClient } from '../../../engine/kubernetes/client.js';

/** The version that an API server runs, e.g. `v1.33.1-aliyun.1`. */
export async function serverVersion(client: KubernetesClient): Promise<string> {
  const { gitVersion } = await client.get<{ gitVersion: string }>('/version');
  return gitVersion;
}
