import type { KubernetesClient, KubernetesObject } from '../../../engine/kubernetes/client.js';

export const SERVICES = '/api/v1/namespaces/default/services';
export const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';

export const balancer = (name: string, ports = 1) => ({
  metadata: { name },
  spec: {
    type: 'LoadBalancer',
    selector: { app: name },
    ports: Array.from({ length: ports }, (_, index) => ({ name: `p${index}`, port: 8_000 + index })),
  },
});

export const disk = (name: string) => ({
  metadata: { name },
  spec: {
    storageClassName: 'alicloud-disk-essd',
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '20Gi' } },
  },
});

interface Seen extends KubernetesObject {
  readonly status?: { phase?: string; loadBalancer?: { ingress?: unknown[] } };
  readonly involvedObject?: { name: string };
  readonly reason?: string;
  readonly message?: string;
}

async function names(
  api: KubernetesClient,
  path: string,
  having: (object: Seen) => boolean,
): Promise<string[]> {
  const { items } = await api.list<Seen>(path);
  return items.filter(having).map(({ metadata }) => metadata?.name ?? '');
}

export const addressed = (api: KubernetesClient) =>
  names(api, SERVICES, ({ status }) => (status?.loadBalancer?.ingress?.length ?? 0) > 0);
export const bound = (api: KubernetesClient) => names(api, CLAIMS, ({ status }) => status?.phase === 'Bound');

export async function warnings(api: KubernetesClient, reason: string): Promise<string[]> {
  const { items } = await api.list<Seen>('/api/v1/namespaces/default/events');
  return items.filter((event) => event.reason === reason).map((event) => event.involvedObject?.name ?? '');
}
