import type { DiskRequest, InstanceRequest } from '../../../../engine/providers/infrastructure-provider.js';
import type { VSwitchPlace } from '../../../../engine/providers/instance.js';
import type { AttachRequest } from '../../../../engine/providers/node-pool-provider.js';
import { labelsOfKind } from '../../model/pool-labels.rules.js';
import type { Cluster, Node, NodePool } from '../../store/reconcile.store.js';
import { configOf, type DiskValue } from '../../model/pool-config.js';
import { kubernetesTaints } from '../../model/taints.js';

/** Zones for instances of a pool: its own zones, otherwise those of its cluster. */
export function zonesOf(pool: NodePool, cluster: Pick<Cluster, 'zoneIds'>): readonly string[] {
  const { zoneIds } = configOf(pool).instanceConfig;
  return zoneIds.length > 0 ? zoneIds : cluster.zoneIds;
}

/** Location of a new instance. */
interface NodeLocation {
  /** In order of preference. */
  readonly zoneIds: readonly string[];
  /** undefined: the vSwitches of the cluster. */
  readonly vSwitches: readonly VSwitchPlace[] | undefined;
}

/** The provider request for a new instance of the scaling group. */
export function nodeRequest(
  pool: NodePool,
  node: Pick<Node, 'id' | 'name' | 'chargeType'>,
  { zoneIds, vSwitches }: NodeLocation,
): InstanceRequest {
  const { imageId, systemDisk, dataDisks, spotPriceLimit, userData } = configOf(pool).instanceConfig;
  return {
    ...common(pool, node),
    instanceTypes: pool.instanceTypes,
    systemDisk: diskRequest(systemDisk),
    dataDisks: dataDisks.map(diskRequest),
    ...(spotPriceLimit !== null && { spotPriceLimit }),
    chargeType: node.chargeType as InstanceRequest['chargeType'] & string,
    ...(imageId !== '' && { imageId }),
    ...(userData !== '' && { userData }),
    zoneIds,
    ...(vSwitches && { vSwitches }),
  };
}

/** How an instance joins the pool: the column `attach_options` of its node. */
export interface AttachOptions {
  /** Set for an instance whose pods require one zone. */
  readonly zoneId?: string;
  readonly mode?: 'MANUAL' | 'AUTO';
  /** Image of the new system disk; only for AUTO. */
  readonly imageId?: string;
}

export function attachOptionsOf({ attachOptions }: Pick<Node, 'attachOptions'>): AttachOptions {
  return (attachOptions ?? {}) as AttachOptions;
}

/** The provider request that attaches an existing instance. */
export function attachRequest(
  pool: NodePool,
  node: Node,
  vSwitches: readonly VSwitchPlace[] | undefined,
): AttachRequest {
  const { mode = 'MANUAL', imageId } = attachOptionsOf(node);
  const { userData } = configOf(pool).instanceConfig;
  return {
    ...common(pool, node),
    providerId: node.instanceId ?? '',
    mode,
    ...(imageId !== undefined && { imageId }),
    // An instance that keeps its system disk has run its user data already.
    ...(mode === 'AUTO' && userData !== '' && { userData }),
    ...(vSwitches && { vSwitches }),
  };
}

function diskRequest({ category, sizeGiB, mountTarget }: DiskValue): DiskRequest {
  return { category, sizeGiB, ...(mountTarget != null && { mountTarget }) };
}

function common(pool: NodePool, { id, name }: Pick<Node, 'id' | 'name'>) {
  const { labels, taints } = configOf(pool);
  return {
    id,
    name,
    nodePoolId: pool.id,
    labels: { ...labels, ...labelsOfKind(pool) },
    taints: kubernetesTaints(taints),
  };
}
