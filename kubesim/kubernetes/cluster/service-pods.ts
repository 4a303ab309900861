import type { Pod } from '../kinds/core.js';
import { pods } from '../kinds/pods.js';
import { endpoints } from '../kinds/services.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** A pod behind a Service, and the number of the port there. */
export interface ServicePod {
  readonly pod: Pod;
  readonly port: number;
}

/**
 * The ready pods behind a port of a Service, whose name is empty for the only one. Endpoints that are no pods are left out: their
 * addresses could be of the host's network.
 */
export function podsBehind(
  store: ClusterStore,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  portName: string,
): ServicePod[] {
  const { subsets = [] } = store.get(endpoints, namespace, name) ?? {};
  return subsets.flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find((each) => (each.name ?? '') === portName)?.port;
    if (port === undefined) return [];
    return addresses.flatMap(({ targetRef }) => {
      const pod = targetRef?.kind === 'Pod' && store.get(pods, namespace, targetRef.name ?? '');
      return pod ? [{ pod, port }] : [];
    });
  });
}
