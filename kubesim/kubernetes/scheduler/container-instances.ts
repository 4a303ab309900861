import type { ClusterContext, Controller } from '../cluster/context.js';
import type { Pod } from '../kinds/core.js';
import { isActive, pods } from '../kinds/pods.js';
import { hash32, hashText } from '../../random.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { assign } from './scheduler.js';

const INSTANCE_ID = 'k8s.aliyun.com/eci-instance-id';

/**
 * Schedules each pod of a serverless cluster on a container instance in one of the cluster's zones. There are no nodes; the
 * nodeName of a pod is the virtual kubelet of its zone, which is not an object of the API.
 */
export function containerInstances(cluster: ClusterContext, zones: readonly string[]): Controller {
  const queue = cluster.queue('container-instances', (key) => {
    const pod = cluster.store.get(pods, ...splitKey(key));
    if (pod && !pod.spec.nodeName && isActive(pod)) place(cluster, pod, zones);
  });
  return {
    start() {
      cluster.store.onChange(pods, ({ type, object }) => {
        const pod = object as Pod;
        if (type === 'ADDED' && !pod.spec.nodeName) queue.add(keyOf(pod));
      });
      for (const pod of cluster.store.all(pods)) if (!pod.spec.nodeName) queue.add(keyOf(pod));
    },
  };
}

function place(cluster: ClusterContext, pod: Pod, zones: readonly string[]): void {
  const { uid } = pod.metadata;
  const zone = zones[hash32(uid) % Math.max(1, zones.length)] ?? cluster.regionId;
  const instance = `eci-${hashText(uid)}`;
  const annotations = { ...pod.metadata.annotations, [INSTANCE_ID]: instance };
  const placed = { ...pod, metadata: { ...pod.metadata, annotations } };
  assign(cluster, placed, `virtual-kubelet-${zone}`);
  cluster.events.record(pod, {
    type: 'Normal',
    reason: 'SuccessfulCreateECI',
    message: `Created the container instance ${instance} in ${zone}`,
    component: 'EciService',
  });
}
