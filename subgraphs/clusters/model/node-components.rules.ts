import type { NetworkPlugin } from './cluster-kind.enums.js';
import type { NodeRole } from './node.enums.js';
import type { ControlPlaneReplica } from '../../../engine/providers/infrastructure-provider.js';

type ComponentStatus = 'RUNNING' | 'NOT_READY' | 'UNKNOWN';

/** A system component on a node. */
export interface NodeComponentView {
  readonly name: string;
  readonly version: string | null;
  readonly status: ComponentStatus;
  /** The reason that Kubernetes reports; null while the component works. */
  readonly message: string | null;
}

/** A condition of a Kubernetes node. */
interface NodeCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

/** A pod of a DaemonSet on a node. */
export interface AgentPod {
  /** Name of the DaemonSet. */
  readonly daemonSet: string;
  readonly ready: boolean;
  readonly phase: string;
  /** Tag of its first container's image; null where it has none. */
  readonly version: string | null;
}

/** The state of a node in the Kubernetes API. */
export interface NodeReport {
  readonly conditions: readonly NodeCondition[];
  /** `v1.34.3` */
  readonly kubelet: string;
  /** `containerd://1.6.36` */
  readonly runtime: string;
  /** Pods of the DaemonSets of kube-system on it. */
  readonly agents: readonly AgentPod[];
}

export interface NodeFacts {
  readonly name: string;
  readonly role: NodeRole;
  readonly networkPlugin: NetworkPlugin;
  /** Version of the cluster. */
  readonly clusterVersion: string;
  /** undefined: Kubernetes has no such node, or its API did not respond. */
  readonly report: NodeReport | undefined;
  /** Control plane replicas that run on the account's instances. */
  readonly replicas: readonly ControlPlaneReplica[];
}

/** DaemonSet names from the catalog of components; other DaemonSets in kube-system belong to the account. */
const KUBE_PROXY = 'kube-proxy-worker';
const NETWORK_AGENTS: Readonly<Record<NetworkPlugin, string>> = {
  FLANNEL: 'kube-flannel-ds',
  TERWAY: 'terway-eniip',
};

type ComponentCondition = Pick<NodeComponentView, 'status' | 'message'>;

const RUNNING: ComponentCondition = { status: 'RUNNING', message: null };
const NOT_REGISTERED: ComponentCondition = {
  status: 'UNKNOWN',
  message: 'Kubernetes does not know the node, or does not answer.',
};

/**
 * The components of a node with the status of each: kubelet, kube-proxy, container runtime and network plugin on
 * every node, and the control plane components on a master.
 */
export function nodeComponents(facts: NodeFacts): NodeComponentView[] {
  return [...(facts.role === 'MASTER' ? masterComponents(facts) : []), ...workerComponents(facts)];
}

function workerComponents({ report, networkPlugin }: NodeFacts): NodeComponentView[] {
  const plugin = networkPlugin.toLowerCase();
  const [runtime = 'containerd', runtimeVersion = null] = report?.runtime.split('://') ?? [];
  const proxy = findAgent(report, KUBE_PROXY);
  const network = findAgent(report, NETWORK_AGENTS[networkPlugin]);
  return [
    { name: 'kubelet', version: report ? plain(report.kubelet) : null, ...kubeletCondition(report) },
    { name: 'kube-proxy', ...versionOf(proxy), ...agentCondition(report, proxy) },
    { name: runtime, version: runtimeVersion, ...runtimeCondition(report) },
    { name: plugin, ...versionOf(network), ...networkCondition(report, network) },
  ];
}

function findAgent(report: NodeReport | undefined, name: string | undefined): AgentPod | undefined {
  return report?.agents.find(({ daemonSet }) => daemonSet === name);
}

function versionOf(agent: AgentPod | undefined): Pick<NodeComponentView, 'version'> {
  return { version: agent?.version ?? null };
}

/** The kubelet works while it posts the node's status, even if that status reports other failures. */
function kubeletCondition(report: NodeReport | undefined): ComponentCondition {
  if (!report) return NOT_REGISTERED;
  const ready = conditionOf(report, 'Ready');
  return ready && ready.status !== 'Unknown' ? RUNNING : notReady(ready, 'The kubelet does not report.');
}

/** The kubelet reports the state of the container runtime: without it the state is unknown. */
function runtimeCondition(report: NodeReport | undefined): ComponentCondition {
  const unheard = conditionWithoutKubelet(report);
  if (!report || unheard) return unheard ?? NOT_REGISTERED;
  const unhealthy = report.conditions.find(
    ({ type, status }) => type.startsWith('ContainerRuntime') && status === 'True',
  );
  if (unhealthy) return notReady(unhealthy, 'The container runtime does not work.');
  const ready = conditionOf(report, 'Ready');
  const blamed = ready?.status === 'False' && /container runtime/i.test(ready.message ?? '');
  return blamed ? notReady(ready, 'The container runtime does not work.') : RUNNING;
}

function networkCondition(report: NodeReport | undefined, agent: AgentPod | undefined): ComponentCondition {
  const unavailable = report && conditionOf(report, 'NetworkUnavailable');
  const unheard = conditionWithoutKubelet(report);
  if (!unheard && unavailable?.status === 'True')
    return notReady(unavailable, 'The network of the node does not work.');
  return agentCondition(report, agent);
}

function agentCondition(report: NodeReport | undefined, agent: AgentPod | undefined): ComponentCondition {
  const unheard = conditionWithoutKubelet(report);
  if (unheard) return unheard;
  if (!agent) return { status: 'NOT_READY', message: 'No pod of its DaemonSet is on the node.' };
  return agent.ready ? RUNNING : { status: 'NOT_READY', message: `Its pod is ${agent.phase} and not ready.` };
}

/**
 * The condition of components that only the kubelet reports: unknown while it posts no status; undefined while it
 * does.
 */
function conditionWithoutKubelet(report: NodeReport | undefined): ComponentCondition | undefined {
  if (!report) return NOT_REGISTERED;
  if (kubeletCondition(report).status === 'RUNNING') return undefined;
  return { status: 'UNKNOWN', message: 'The kubelet, which reports this, does not respond.' };
}

function conditionOf({ conditions }: NodeReport, type: string): NodeCondition | undefined {
  return conditions.find((condition) => condition.type === type);
}

function notReady(condition: NodeCondition | undefined, otherwise: string): ComponentCondition {
  return { status: 'NOT_READY', message: condition?.message ?? otherwise };
}

function masterComponents({ name, clusterVersion, replicas }: NodeFacts): NodeComponentView[] {
  return replicas
    .filter(({ id, component }) => id === `${component}-${name}`)
    .map(({ component, healthy }) => ({
      name: component,
      version: component === 'etcd' ? null : clusterVersion,
      ...(healthy
        ? RUNNING
        : { status: 'NOT_READY', message: 'The replica on this instance does not work.' }),
    }));
}

/** The tag of an image without the leading `v`; null for an image without tag, e.g. `kube-proxy@sha256:…`. */
export function imageVersion(image: string): string | null {
  const [name = ''] = image.split('@');
  const [, tag] = /:v?([^:/]+)$/.exec(name) ?? [];
  return tag ?? null;
}

function plain(version: string): string {
  return version.replace(/^v/, '');
}
