/**
 * Where a crash would hurt most, in the order in which a provisioning comes by: before and after each transaction and
 * each call that changes something outside. The fault test kills an engine at every one of them.
 */
export const faultPoints = [
  'cluster.begin',
  'cluster.control-plane-asked',
  'cluster.control-plane-recorded',
  'cluster.credentials-made',
  'cluster.access-recorded',
  'cluster.api-recorded',
  'node-pool.begin',
  'node-pool.rows-made',
  'node-pool.instances-made',
  'node-pool.instances-recorded',
  'node-pool.nodes-seen',
  'node-pool.nodes-recorded',
  'node-pool.settled',
  'cluster.settled',
] as const;

/** Where a crash would hurt while things are taken away. */
export const removalFaultPoints = [
  'node-pool.removal-chosen',
  'node-pool.instances-removed',
  'node-pool.removal-recorded',
  'cluster.pools-removed',
  'cluster.cloud-removed',
  'cluster.removal-recorded',
] as const;

/** Where a crash would hurt while a cluster is upgraded, in the order in which an upgrade comes by. */
export const upgradeFaultPoints = [
  'upgrade.prechecked',
  'upgrade.control-plane-begun',
  'upgrade.control-plane-asked',
  'upgrade.control-plane-recorded',
  'upgrade.batch-chosen',
  'upgrade.nodes-cordoned',
  'upgrade.replicas-added',
  'upgrade.pods-evicted',
  'upgrade.replicas-restored',
  'upgrade.node-upgraded',
  'upgrade.node-opened',
  'upgrade.nodes-recorded',
  'upgrade.nodes-finished',
  'upgrade.components-wished',
  'upgrade.finished',
] as const;

/** Where a crash would hurt while a component is installed or taken away. */
export const componentFaultPoints = ['component.applied', 'component.settled', 'component.deleted'] as const;

/** Where a crash would hurt while a cluster is migrated, and while nodes are told of their autonomy. */
export const kindFaultPoints = [
  'cluster.edition-asked',
  'cluster.migrated',
  'edge-autonomy.annotated',
] as const;

export type FaultPoint =
  | (typeof faultPoints)[number]
  | (typeof removalFaultPoints)[number]
  | (typeof upgradeFaultPoints)[number]
  | (typeof componentFaultPoints)[number]
  | (typeof kindFaultPoints)[number];
