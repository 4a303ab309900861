/** Roles of a node. */
export const NODE_ROLES = ['MASTER', 'WORKER'] as const;

export type NodeRole = (typeof NODE_ROLES)[number];

/** How an instance became part of its pool. */
export const NODE_ORIGINS = ['SCALING_GROUP', 'ATTACHED'] as const;

export type NodeOrigin = (typeof NODE_ORIGINS)[number];

/** Readiness of a node in Kubernetes. */
export const NODE_STATUSES = ['Ready', 'NotReady', 'Unknown'] as const;

export type NodeStatus = (typeof NODE_STATUSES)[number];
