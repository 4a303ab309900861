/** The reconciler that measures a cluster; its keys are ids of clusters. */
export const METRICS = 'metrics';

/** The reconciler that reads the Kubernetes Events of a cluster; its keys are ids of clusters. */
export const KUBERNETES_EVENTS = 'kubernetes-events';
