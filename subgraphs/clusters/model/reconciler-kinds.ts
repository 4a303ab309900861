/**
 * Kind of the reconciler that updates a cluster's condition about its Kubernetes version; its keys are cluster ids.
 */
export const VERSION_SUPPORT = 'version-support';
