import { chance } from '../random.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { systemDiskId } from './detached-instances.js';
import { noAddress, type NetworkAllocation, allocateNetwork, zonesWithAddress } from './instance-network.js';
import { scheduleInstance } from './instances.js';
import { place } from './placement.js';
import { CloudApiError, type InstanceFailure, type InstanceRecord, type SystemDisk } from './records.js';
import type { InstanceBody } from './request-schemas.js';
import { groupProblem, recordActivity } from './scaling-groups.js';
import { isVirtual, virtualNodeNetwork } from './virtual-nodes.js';

const MASTER_TYPE = 'ecs.g7.xlarge';
const MASTER_TAINT = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' } as const;

/** Starts instances, or returns existing ones with the ids; in the order of the bodies. */
export function putInstances(
  cloud: Cloud,
  cluster: CloudCluster,
  bodies: readonly InstanceBody[],
): InstanceRecord[] {
  return getOrCreateInstances(cloud, cluster, { bodies, activity: 'SCALE_OUT', make: startInstance });
}

interface InstanceBatch<W> {
  readonly bodies: readonly W[];
  /** Kind of the scaling group's activity. */
  readonly activity: 'SCALE_OUT' | 'ATTACH';
  readonly make: (cloud: Cloud, cluster: CloudCluster, body: W) => InstanceRecord;
}

/** Returns an instance for each body, in order: the existing one with its id, or a new one. */
export function getOrCreateInstances<W extends { readonly id: string }>(
  cloud: Cloud,
  cluster: CloudCluster,
  { bodies, activity, make }: InstanceBatch<W>,
): InstanceRecord[] {
  if (cluster.record.state === 'DELETING')
    throw new CloudApiError(409, 'CLUSTER_DELETING', 'The cluster is being deleted.');
  const fresh: InstanceRecord[] = [];
  const responses = bodies.map((body) => {
    const existing = cluster.instances.get(body.id);
    if (existing) return existing;
    const created = make(cloud, cluster, body);
    fresh.push(created);
    return created;
  });
  recordActivity(cloud, cluster, activity, fresh);
  return responses;
}

/** The three masters of a dedicated cluster. */
export function putMasters(cloud: Cloud, cluster: CloudCluster): void {
  const { id, masters, masterNodes, zoneIds } = cluster.record;
  for (let number = 0; number < masters; number += 1) {
    const body = masterNodes?.[number];
    startInstance(cloud, cluster, {
      id: body?.id ?? `${id}-master-${number}`,
      name: body?.name ?? `master-${number}`,
      nodePoolId: null,
      instanceTypes: [...(body?.instanceTypes ?? [MASTER_TYPE])],
      zoneIds: [...zoneIds],
      labels: {},
      taints: [MASTER_TAINT],
      chargeType: 'POSTPAID',
    });
  }
}

function startInstance(cloud: Cloud, cluster: CloudCluster, body: InstanceBody): InstanceRecord {
  const base = baseOf(cloud, cluster, body);
  const placed = placementOf(cloud, cluster, body);
  if ('failure' in placed) {
    const nowhere = { instanceType: null, zoneId: null, readyAt: base.createdAt };
    return cloud.saveInstance(cluster, { ...base, ...nowhere, ...placed, state: 'FAILED' });
  }
  const { id } = body;
  const boot = base.createdAt + cloud.span(cloud.settings.bootSeconds.node, id);
  const readyAt = Math.max(boot, cluster.record.state === 'CREATING' ? cluster.record.readyAt : 0);
  const doomed = chance(cloud.settings.seed, `start/${id}`) < cloud.settings.failureRate && !base.master;
  const instance = cloud.saveInstance(cluster, {
    ...base,
    ...placed,
    ...imageFields(cloud, body.imageId, placed.instanceType),
    state: 'STARTING',
    systemDisk: { id: systemDiskId(id, 0), files: [], ...diskOf(body) },
    ...(body.dataDisks && { dataDisks: body.dataDisks }),
    ...(body.spotPriceLimit !== undefined && { spotPriceLimit: body.spotPriceLimit }),
    readyAt,
    doomed,
  });
  scheduleInstance(cloud, cluster, instance);
  return instance;
}

function baseOf(cloud: Cloud, cluster: CloudCluster, body: InstanceBody) {
  const { id, name, nodePoolId, labels, taints, chargeType, userData } = body;
  return {
    id,
    clusterId: cluster.record.id,
    name,
    nodePoolId: nodePoolId ?? null,
    labels,
    taints,
    chargeType,
    ...(userData !== undefined && { userData }),
    version: cluster.record.version,
    index: cluster.nextIndex,
    master: taints.includes(MASTER_TAINT),
    createdAt: cloud.now(),
  };
}

function diskOf({ systemDisk }: InstanceBody): Partial<SystemDisk> {
  return systemDisk ? { category: systemDisk.category, sizeGiB: systemDisk.sizeGiB } : {};
}

type PlacedInstance = Pick<InstanceRecord, 'instanceType' | 'zoneId'> & NetworkAllocation;

/** Instance type, zone and network of an instance, or the failure. */
function placementOf(
  cloud: Cloud,
  cluster: CloudCluster,
  body: InstanceBody,
): PlacedInstance | { readonly failure: InstanceFailure } {
  const { catalog } = cloud.parts;
  const full = groupProblem(cluster, body.nodePoolId ?? null);
  if (!full && isVirtual(body)) return virtualNodeNetwork(body.zoneIds[0]);
  const zoneIds = zonesWithAddress(cloud, cluster, body);
  if (full) return { failure: full };
  if (zoneIds.length === 0 && body.zoneIds.length > 0)
    return { failure: noAddress(cluster.record.network, body, body.zoneIds) };
  const placement = place(
    { ...body, zoneIds },
    {
      catalog,
      stock: cloud.settings.stock,
      spotPrices: cloud.settings.spotPrices,
      inUse: (zone, type) => (cloud.isLost(zone) ? Infinity : cloud.stockInUse(zone, type)),
      inZone: (zone) => [...cluster.instances.values()].filter(({ zoneId }) => zoneId === zone).length,
    },
  );
  if (!placement.ok) return { failure: placement.failure };
  const { instanceType, zoneId } = placement;
  const type = catalog.instanceTypes.get(instanceType);
  const allocation = allocateNetwork(cloud, cluster, { ...body, zoneId, type });
  return 'failure' in allocation ? allocation : { instanceType, zoneId, ...allocation.network };
}

/** Fields of the image of an instance; default the first image for its CPU architecture. */
export function imageFields(
  { parts: { catalog } }: Cloud,
  imageId: string | undefined,
  instanceType: string | null,
): Pick<InstanceRecord, 'imageId' | 'os'> {
  const architecture = catalog.instanceTypes.get(instanceType ?? '')?.architecture;
  const image =
    imageId === undefined
      ? [...catalog.images.values()].find((image) => image.architecture === architecture)
      : catalog.images.get(imageId);
  if (!image) return imageId === undefined ? {} : { imageId };
  return {
    imageId: image.id,
    os: { name: image.name, family: image.osFamily.startsWith('WINDOWS') ? 'windows' : 'linux' },
  };
}
