/** The reconciler that keeps a cluster's condition about its Kubernetes version; its keys are ids of clusters. */
export const VERSION_SUPPORT = 'version-support';
