import { clusterAccess } from '../../../engine/kubernetes/cluster-access.js';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { KubernetesStatusError } from '../../../engine/kubernetes/kubernetes-error.js';
import { ProblemError } from '../../../kernel/result.js';
import type { EngineFixture } from '../../engine/engine-fixture.js';

/** Objects inside clusters that claim cloud resources, or look as if they did. */
export type CloudObject = 'BALANCER' | 'REUSING' | 'DISK' | 'NAS';

const SERVICES = '/api/v1/namespaces/default/services';
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';

let counter = 0;

export function createObject(world: EngineFixture, clusterId: string, object: CloudObject): Promise<unknown> {
  const balancer = object === 'BALANCER' || object === 'REUSING';
  return inside(world, clusterId, (api) =>
    balancer ? api.create(SERVICES, service(object)) : api.create(CLAIMS, volumeClaim(object)),
  );
}

/** Deletes one of the objects; undefined when there is none. */
export function deleteObject(world: EngineFixture, clusterId: string, index: number): Promise<unknown> {
  return inside(world, clusterId, async (api) => {
    const paths: string[] = [];
    for (const path of [SERVICES, CLAIMS])
      for (const { metadata } of (await api.list(path)).items)
        if (metadata?.name?.startsWith('taken-')) paths.push(`${path}/${metadata.name}`);
    const path = paths[index % paths.length];
    return path === undefined ? undefined : api.delete(path);
  });
}

/** Runs `work` with the cluster's API. Errors of an API server that is starting or being deleted count as rejections. */
async function inside(
  world: EngineFixture,
  clusterId: string,
  work: (api: KubernetesClient) => Promise<unknown>,
): Promise<unknown> {
  const access = (await clusterAccess(world.prisma, null, [clusterId])).get(clusterId);
  if (!access) return undefined;
  try {
    return await work(new KubernetesClient(world.platform.kubernetes.of(access), { clusterId }));
  } catch (error) {
    if (!(error instanceof KubernetesStatusError)) throw error;
    throw new ProblemError([{ code: 'KUBERNETES_UNAVAILABLE', message: error.message }]);
  }
}

function service(object: CloudObject) {
  const annotations = { 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-id': 'lb-mine' };
  return {
    metadata: { name: `taken-${++counter}`, ...(object === 'REUSING' && { annotations }) },
    spec: { type: 'LoadBalancer', selector: { app: 'none' }, ports: [{ port: 80 }] },
  };
}

function volumeClaim(object: CloudObject) {
  return {
    metadata: { name: `taken-${++counter}` },
    spec: {
      storageClassName: object === 'DISK' ? 'alicloud-disk-essd' : 'alicloud-nas',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '20Gi' } },
    },
  };
}
