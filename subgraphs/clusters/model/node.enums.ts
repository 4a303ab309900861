/** What a node is for. */
export const NODE_ROLES = ['MASTER', 'WORKER'] as const;

export type NodeRole = (typeof NODE_ROLES)[number];

/** How an instance came into its pool. */
export const NODE_ORIGINS = ['SCALING_GROUP', 'ATTACHED'] as const;

export type NodeOrigin = (typeof NODE_ORIGINS)[number];

/** Readiness of a node in Kubernetes. */
export const NODE_STATUSES = ['Ready', 'NotReady', 'Unknown'] as const;

export type NodeStatus = (typeof NODE_STATUSES)[number];
