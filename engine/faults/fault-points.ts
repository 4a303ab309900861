/** What a node pool that grows comes by. */
const growth = [
  'node-pool.begin',
  'node-pool.rows-made',
  'node-pool.instances-made',
  'node-pool.instances-recorded',
  'node-pool.nodes-seen',
  'node-pool.nodes-recorded',
  'node-pool.settled',
] as const;

/** What a node pool that shrinks comes by. */
const shrinking = [
  'node-pool.removal-chosen',
  'node-pool.instances-removed',
  'node-pool.removal-recorded',
] as const;

/**
 * Where a crash would hurt most: before and after each transaction and each call that changes something outside. Each
 * group is in the order in which its work comes by; a fault test kills an engine at every point of every group.
 */
export const faultPoints = {
  growth,
  shrinking,
  provisioning: [
    'cluster.begin',
    'cluster.control-plane-asked',
    'cluster.control-plane-recorded',
    'cluster.credentials-made',
    'cluster.access-recorded',
    'cluster.api-recorded',
    ...growth,
    'cluster.settled',
  ],
  removal: [...shrinking, 'cluster.pools-removed', 'cluster.cloud-removed', 'cluster.removal-recorded'],
  upgrade: [
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
  ],
  componentApplied: ['component.applied', 'component.settled'],
  componentRemoved: ['component.deleted'],
  migration: ['cluster.edition-asked', 'cluster.migrated'],
  edgeAutonomy: ['edge-autonomy.annotated'],
  chargeConversion: ['charge-conversion.converted'],
  nodeRepair: ['node-repair.asked'],
  quotaApplication: ['quota-application.before-commit', 'quota-application.decided'],
  cloudClaims: ['cloud-claims.seen', 'cloud-claims.decided'],
} as const;

export type FaultPointGroup = keyof typeof faultPoints;

/** A named place where a test kills the engine; another name does not compile. */
export type FaultPoint = (typeof faultPoints)[FaultPointGroup][number];
