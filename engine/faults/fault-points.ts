/** Fault points of a scale-out, in order. */
const scaleOut = [
  'node-pool.started',
  'node-pool.rows-made',
  'node-pool.instances-made',
  'node-pool.instances-recorded',
  'node-pool.nodes-seen',
  'node-pool.nodes-recorded',
  'node-pool.completed',
] as const;

/** Fault points of a scale-in, in order. */
const scaleIn = [
  'node-pool.removal-chosen',
  'node-pool.instances-removed',
  'node-pool.removal-recorded',
] as const;

/**
 * Fault points: before and after each transaction and each call that changes state outside the database. Each group is in
 * execution order; a fault test kills an engine at every point of every group.
 */
export const faultPoints = {
  scaleOut,
  scaleIn,
  provisioning: [
    'cluster.started',
    'cluster.control-plane-requested',
    'cluster.control-plane-recorded',
    'cluster.credentials-made',
    'cluster.access-recorded',
    'cluster.api-recorded',
    ...scaleOut,
    'cluster.completed',
  ],
  removal: [...scaleIn, 'cluster.pools-removed', 'cluster.cloud-removed', 'cluster.removal-recorded'],
  upgrade: [
    'upgrade.prechecked',
    'upgrade.control-plane-started',
    'upgrade.control-plane-requested',
    'upgrade.control-plane-recorded',
    'upgrade.batch-chosen',
    'upgrade.nodes-cordoned',
    'upgrade.replicas-added',
    'upgrade.pods-evicted',
    'upgrade.replicas-restored',
    'upgrade.node-upgraded',
    'upgrade.node-uncordoned',
    'upgrade.nodes-recorded',
    'upgrade.nodes-finished',
    'upgrade.components-updated',
    'upgrade.finished',
  ],
  componentApplied: ['component.applied', 'component.completed'],
  componentRemoved: ['component.deleted'],
  migration: ['cluster.edition-requested', 'cluster.migrated'],
  edgeAutonomy: ['edge-autonomy.annotated'],
  chargeConversion: ['charge-conversion.converted'],
  nodeRepair: ['node-repair.requested'],
  quotaApplication: ['quota-application.before-commit', 'quota-application.decided'],
  cloudResourceRequests: ['cloud-resource-requests.listed', 'cloud-resource-requests.decided'],
} as const;

export type FaultPointGroup = keyof typeof faultPoints;

/** Name of a fault point. */
export type FaultPoint = (typeof faultPoints)[FaultPointGroup][number];
