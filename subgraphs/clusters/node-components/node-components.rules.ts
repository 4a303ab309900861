import type { ControlPlaneReplica } from '../../../engine/providers/infrastructure-provider.js';

/** What a machine of a cluster runs to be one. */
export interface NodeComponentView {
  readonly name: string;
  readonly version: string | null;
  readonly status: 'RUNNING' | 'NOT_READY' | 'UNKNOWN';
}

/** What Kubernetes says of a node. */
export interface NodeReport {
  readonly ready: boolean;
  /** `v1.34.3` */
  readonly kubelet: string;
  readonly kubeProxy: string;
  /** `containerd://1.6.36` */
  readonly runtime: string;
}

export interface NodeFacts {
  readonly name: string;
  readonly role: string;
  /** FLANNEL or TERWAY. */
  readonly networkPlugin: string;
  /** Version of the cluster. */
  readonly clusterVersion: string;
  /** undefined: Kubernetes does not know the node, or could not be asked. */
  readonly report: NodeReport | undefined;
  /** Replicas of the control plane that run on machines of the account. */
  readonly replicas: readonly ControlPlaneReplica[];
}

/**
 * The components of a node: kubelet, kube-proxy, container runtime and network plugin on every one, and the control
 * plane's on a master.
 */
export function componentsOf(facts: NodeFacts): NodeComponentView[] {
  return [...(facts.role === 'MASTER' ? masterComponents(facts) : []), ...workerComponents(facts)];
}

function workerComponents({ report, networkPlugin }: NodeFacts): NodeComponentView[] {
  const status = report ? (report.ready ? 'RUNNING' : 'NOT_READY') : 'UNKNOWN';
  const [runtime = 'containerd', runtimeVersion = null] = report?.runtime.split('://') ?? [];
  const kubelet = report ? plain(report.kubelet) : null;
  return [
    { name: 'kubelet', version: kubelet, status },
    // Kubernetes no longer reports kube-proxy by itself; it is installed with the kubelet.
    { name: 'kube-proxy', version: report?.kubeProxy ? plain(report.kubeProxy) : kubelet, status },
    { name: runtime, version: runtimeVersion, status },
    { name: networkPlugin.toLowerCase(), version: null, status },
  ];
}

function masterComponents({ name, clusterVersion, replicas }: NodeFacts): NodeComponentView[] {
  return replicas
    .filter(({ id, component }) => id === `${component}-${name}`)
    .map(({ component, healthy }) => ({
      name: component,
      version: component === 'etcd' ? null : clusterVersion,
      status: healthy ? 'RUNNING' : 'NOT_READY',
    }));
}

function plain(version: string): string {
  return version.replace(/^v/, '');
}
