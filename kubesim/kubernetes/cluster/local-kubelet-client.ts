import type { KubeletClient } from '../../kubelet-client.js';
import { configMaps, secrets } from '../kinds/configuration.js';
import type { Node, Pod } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { pods } from '../kinds/pods.js';
import { services } from '../kinds/services.js';
import type { ClusterContext } from './context.js';
import { removePod } from './delete.js';
import { tokenOfPod } from './service-account-token.js';
import { mountProblem } from './volume-mounts.js';
import { replaceStatus } from './write.js';

/** The store of a simulated cluster as the API server of its kubelets. */
export function localKubeletClient(cluster: ClusterContext): KubeletClient {
  const { store, clock, timers, faults, vpcAddresses, events, machines } = cluster;
  return {
    ...{ clock, timers, faults, vpcAddresses },
    serverless: cluster.serverlessZones !== undefined,
    scaled: (seconds) => cluster.scaled(seconds),
    queue: (work) => cluster.queue('kubelet', work),
    allPods: () => store.all(pods),
    pod: (namespace, name) => store.get(pods, namespace, name),
    podByUid: (uid) => store.byUid(uid) as Pod | undefined,
    node: (name) => (machines.isReachable(name) ? store.get(nodes, '', name) : undefined),
    stoppedAt: (name) => machines.reportOf(name)?.stoppedAt,
    configMap: (namespace, name) => store.get(configMaps, namespace, name),
    secret: (namespace, name) => store.get(secrets, namespace, name),
    service: (namespace, name) => store.get(services, namespace, name),
    serviceAccountToken: (pod, file) => tokenOfPod(cluster, pod, file),
    requestTokens: () => undefined,
    onPodChange: (listener) =>
      void store.onChange(pods, ({ type, object, previous }) =>
        listener({
          object: object as Pod,
          previous: previous as Pod | undefined,
          deleted: type === 'DELETED',
        }),
      ),
    onNodeChange: (listener) =>
      void store.onChange(nodes, ({ type, object, previous }) =>
        listener({
          object: object as Node,
          previous: previous as Node | undefined,
          deleted: type === 'DELETED',
        }),
      ),
    onMachineChange: (listener) => machines.onChange(listener),
    setPodStatus: (pod, status) => void replaceStatus(cluster, pods, pod, status),
    removePod: (pod) => removePod(cluster, pod),
    record: (pod, occurrence) => events.record(pod, occurrence),
    mountProblem: (pod) => mountProblem(cluster, pod),
  };
}
