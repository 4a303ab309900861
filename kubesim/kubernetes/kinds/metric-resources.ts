import type { ApiResource } from '../schema/definition-file.js';

const READ = ['get', 'list'];

/** The resources of `metrics.k8s.io/v1beta1`. */
export const metricResources: readonly ApiResource[] = [
  { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: READ },
  { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: READ },
];
