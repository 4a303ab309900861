/** Kinds of operations and their meaning; `Operation.type` has the same names as text. */
export const operationKinds = {
  ATTACH_INSTANCES: 'Adds existing instances to a pool as nodes.',
  CONFIGURE_COMPONENT: 'Changes parameters of a component.',
  CONVERT_CHARGE_TYPE: 'Converts instances of nodes to another charge type.',
  CREATE_CLUSTER: 'Creates a cluster with its node pools.',
  CREATE_NODE_POOL: 'Creates a node pool.',
  DELETE_CLUSTER: 'Deletes a cluster with everything in it.',
  DELETE_NODE_POOL: 'Deletes a node pool with its nodes.',
  INSTALL_COMPONENT: 'Installs a component in a cluster.',
  MIGRATE_CLUSTER: 'Migrates a cluster from ACK Standard to ACK Pro.',
  REMOVE_NODES: 'Removes nodes from a pool.',
  RESTORE_COMPONENT: 'Restores a component to what the platform has applied.',
  SCALE_CLUSTER_VERTICALLY: 'Replaces nodes by nodes of other instance types.',
  SCALE_NODE_POOL: 'Changes the size of a node pool.',
  SET_EDGE_AUTONOMY: 'Turns edge autonomy of a node pool on or off.',
  SYNC_NODE_POOL: 'Brings a node pool in line with the cloud and Kubernetes.',
  UNINSTALL_COMPONENT: 'Removes a component from a cluster.',
  UPDATE_NODE_POOL: 'Changes the settings of a node pool.',
  UPGRADE_CLUSTER: 'Upgrades Kubernetes in a cluster.',
  UPGRADE_COMPONENT: 'Upgrades a component.',
  OTHER: 'A kind that this release does not know; see Operation.type.',
} as const;

export type OperationKind = keyof typeof operationKinds;

/** The kinds of operations that this release creates. */
export type OperationType = Exclude<OperationKind, 'OTHER'>;

/** The kind of a type; `OTHER` for a type that another release has written and this release does not know. */
export function operationKindOf(type: string): OperationKind {
  return Object.hasOwn(operationKinds, type) ? (type as OperationKind) : 'OTHER';
}
