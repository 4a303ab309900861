/** The reconciler that measures a cluster; keys are cluster ids. */
export const METRICS = 'metrics';

/** The reconciler that reads the Kubernetes Events of a cluster; keys are cluster ids. */
export const KUBERNETES_EVENTS = 'kubernetes-events';
