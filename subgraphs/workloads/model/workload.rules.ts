import type { CronJobSpec, CronJobStatus, JobSpec, JobStatus } from 'kubernetes-types/batch/v1.js';
import type { DaemonSetStatus, DeploymentSpec, DeploymentStatus } from 'kubernetes-types/apps/v1.js';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../../engine/kubernetes/client.js';
import {
  encodeWorkloadId,
  type WorkloadKindName,
  type WorkloadRef,
  workloadKinds,
} from '../../../engine/kubernetes/workload-ref.js';
import { identityOf } from './metadata.rules.js';

/** A workload's object as the API server sends it; its fields depend on the kind. */
export interface WorkloadObject extends KubernetesObject {
  spec?: Partial<DeploymentSpec & JobSpec & CronJobSpec>;
  status?: Partial<
    DeploymentStatus & DaemonSetStatus & Omit<JobStatus, 'conditions'> & Omit<CronJobStatus, 'active'>
  > & { active?: unknown };
}

/** A workload of a cluster; the GraphQL type of the same name describes the fields. */
export interface Workload {
  readonly id: string;
  readonly cluster: { readonly id: string };
  readonly namespace: string;
  readonly name: string;
  readonly kind: WorkloadKindName;
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly images: string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Date | null;
  readonly ref: WorkloadRef;
  readonly object: KubernetesObject;
}

interface Sizes {
  readonly replicas: number;
  readonly readyReplicas: number;
}

/** The desired and ready pods of a workload, by kind. */
const sizes: Record<WorkloadKindName, (object: WorkloadObject) => Sizes> = {
  DEPLOYMENT: replicated,
  STATEFUL_SET: replicated,
  REPLICA_SET: replicated,
  DAEMON_SET: ({ status }) => ({
    replicas: status?.desiredNumberScheduled ?? 0,
    readyReplicas: status?.numberReady ?? 0,
  }),
  JOB: ({ spec, status }) => ({ replicas: spec?.parallelism ?? 1, readyReplicas: status?.ready ?? 0 }),
  CRON_JOB: ({ status }) => {
    const running = Array.isArray(status?.active) ? status.active.length : 0;
    return { replicas: running, readyReplicas: running };
  },
};

function replicated({ spec, status }: WorkloadObject): Sizes {
  return { replicas: spec?.replicas ?? 1, readyReplicas: status?.readyReplicas ?? 0 };
}

/** Maps a Kubernetes object to a workload. */
export function toWorkload(clusterId: string, kind: WorkloadKindName, object: WorkloadObject): Workload {
  const { uid: _uid, ...identity } = identityOf(object);
  const ref = { clusterId, kind, namespace: identity.namespace, name: identity.name };
  return {
    ...identity,
    id: encodeWorkloadId(ref),
    cluster: { id: clusterId },
    kind,
    ...sizes[kind](object),
    images: imagesOf(object),
    ref,
    object: { apiVersion: workloadKinds[kind].apiVersion, kind: workloadKinds[kind].kind, ...object },
  };
}

function imagesOf({ spec }: WorkloadObject): string[] {
  const pods: Partial<PodSpec> = spec?.template?.spec ?? spec?.jobTemplate?.spec?.template.spec ?? {};
  const { initContainers = [], containers = [] } = pods;
  return [...new Set([...initContainers, ...containers].flatMap(({ image }) => image || []))];
}

/** The sort columns of a workload in lists. */
export function workloadKey({ cluster, namespace, name, kind }: Workload): string[] {
  return [cluster.id, namespace, name, kind];
}

/** The manifest of an object as `kubectl get -o yaml` prints it. */
export function toYaml(object: KubernetesObject): string {
  const { managedFields: _managedFields, ...metadata } = object.metadata ?? {};
  const { apiVersion, kind, ...rest } = object;
  return stringify({ apiVersion, kind, ...rest, metadata }, { aliasDuplicateObjects: false });
}
