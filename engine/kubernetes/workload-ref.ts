/** Kinds of workloads by their names in the graph, with their group, version and resource in the Kubernetes API. */
export const workloadKinds = {
  CRON_JOB: { kind: 'CronJob', apiVersion: 'batch/v1', resource: 'cronjobs' },
  DAEMON_SET: { kind: 'DaemonSet', apiVersion: 'apps/v1', resource: 'daemonsets' },
  DEPLOYMENT: { kind: 'Deployment', apiVersion: 'apps/v1', resource: 'deployments' },
  JOB: { kind: 'Job', apiVersion: 'batch/v1', resource: 'jobs' },
  REPLICA_SET: { kind: 'ReplicaSet', apiVersion: 'apps/v1', resource: 'replicasets' },
  STATEFUL_SET: { kind: 'StatefulSet', apiVersion: 'apps/v1', resource: 'statefulsets' },
} as const;

export type WorkloadKindName = keyof typeof workloadKinds;

/** Every kind, in the order in which lists sort them. */
export const workloadKindNames = Object.keys(workloadKinds) as WorkloadKindName[];

/** A workload of a cluster. */
export interface WorkloadRef {
  readonly clusterId: string;
  readonly kind: WorkloadKindName;
  readonly namespace: string;
  readonly name: string;
}

const PREFIX = 'workload_';

/** The id of a workload in the graph: opaque, and computed from the reference alone. */
export function encodeWorkloadId({ clusterId, kind, namespace, name }: WorkloadRef): string {
  return PREFIX + Buffer.from([clusterId, kind, namespace, name].join('/')).toString('base64url');
}

/** Decodes an id of `encodeWorkloadId`; undefined when it is malformed. */
export function decodeWorkloadId(id: string): WorkloadRef | undefined {
  if (!id.startsWith(PREFIX) || id.length > 1024) return undefined;
  const parts = Buffer.from(id.slice(PREFIX.length), 'base64url').toString().split('/');
  const [clusterId, kind, namespace, name] = parts;
  if (parts.length !== 4 || !clusterId || !isName(namespace) || !isName(name) || !isWorkloadKind(kind))
    return undefined;
  const ref = { clusterId, kind, namespace, name };
  return encodeWorkloadId(ref) === id ? ref : undefined;
}

/** The graph's name of a Kubernetes kind, e.g. `Deployment` → `DEPLOYMENT`; undefined for other kinds. */
export function workloadKindOf(kind: string | undefined): WorkloadKindName | undefined {
  return workloadKindNames.find((name) => workloadKinds[name].kind === kind);
}

function isWorkloadKind(kind: string | undefined): kind is WorkloadKindName {
  return kind !== undefined && Object.hasOwn(workloadKinds, kind);
}

/** Names of Kubernetes objects are lower-case DNS names. */
function isName(text: string | undefined): text is string {
  return text !== undefined && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text);
}
