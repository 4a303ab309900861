import { apiServices, type ApiService } from '../kinds/api-services.js';
import type { Draft } from '../kinds/object.js';
import { servedResources } from '../kinds/served-resources.js';
import { kubernetesApi } from '../schema/kubernetes-api.js';
import type { ClusterContext } from './context.js';
import { identityOf } from './identity.js';

/** The label of what the API server registers by itself: `onstart`, or `true` for the groups of definitions. */
export const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';

type Priority = readonly [group: number, version: number];

/** Priorities of groups and versions, from `cmd/kube-apiserver/app/aggregator.go` of Kubernetes. */
const PRIORITIES: Readonly<Record<string, Priority | undefined>> = {
  v1: [18_000, 1],
  'apps/v1': [17_800, 15],
  'events.k8s.io/v1': [17_750, 15],
  'authentication.k8s.io/v1': [17_700, 15],
  'authorization.k8s.io/v1': [17_600, 15],
  'autoscaling/v1': [17_500, 15],
  'autoscaling/v2': [17_500, 30],
  'batch/v1': [17_400, 15],
  'certificates.k8s.io/v1': [17_300, 15],
  'networking.k8s.io/v1': [17_200, 15],
  'policy/v1': [17_100, 15],
  'rbac.authorization.k8s.io/v1': [17_000, 15],
  'storage.k8s.io/v1': [16_800, 15],
  'apiextensions.k8s.io/v1': [16_700, 15],
  'admissionregistration.k8s.io/v1': [16_700, 15],
  'scheduling.k8s.io/v1': [16_600, 15],
  'coordination.k8s.io/v1': [16_500, 15],
  'node.k8s.io/v1': [16_300, 15],
  'discovery.k8s.io/v1': [16_200, 15],
  'resource.k8s.io/v1': [16_200, 21],
  'flowcontrol.apiserver.k8s.io/v1': [16_100, 21],
};

/** The priority of the groups and versions of definitions. */
const CUSTOM: Priority = [1000, 100];

/** The registration of a group and version that the API server itself serves. */
export function localApiService(key: string, managed: 'onstart' | 'true'): Draft<ApiService> {
  const [version = '', group = ''] = key.split('/').reverse();
  const [groupPriorityMinimum, versionPriority] = PRIORITIES[key] ?? CUSTOM;
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}`, labels: { [AUTOMANAGED]: managed } },
    spec: { ...(group && { group }), version, groupPriorityMinimum, versionPriority },
  };
}

/** The group that registers groups, which is not registered itself. */
const OWN = `${apiServices.group}/${apiServices.version}`;

/**
 * Registers the groups and versions of the API server, as it does when it starts. They are written to the database with
 * their first change; until then each start makes them again.
 */
export function ensureApiServices(cluster: ClusterContext): void {
  const identity = identityOf(cluster);
  for (const [key, resources] of servedResources(kubernetesApi(cluster.version()))) {
    if (key === OWN || resources.length === 0) continue;
    const draft = localApiService(key, 'onstart');
    const { name = '' } = draft.metadata;
    if (cluster.store.get(apiServices, '', name)) continue;
    const metadata = { ...draft.metadata, name, ...identity(apiServices, draft.metadata) };
    cluster.store.load(apiServices, apiServices.defaults({ ...draft, metadata } as ApiService));
  }
}
