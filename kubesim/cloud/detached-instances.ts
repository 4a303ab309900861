import { z } from 'zod';
import { hashHex } from '../random.js';
import { MIN_NODE_RESOURCES } from '../catalog.js';
import { chargeTypeSchema } from './charge-type.js';
import type { Cloud, CloudCluster } from './cloud.js';
import {
  type DetachedInstanceRecord,
  CloudApiError,
  type InstanceFailure,
  type InstanceRecord,
} from './records.js';

const instanceStateSchema = z.enum(['RUNNING', 'STOPPED']);

const text = z.string().min(1).max(200);

export const detachedInstanceSchema = z.object({
  account: text,
  name: text.optional(),
  zoneId: text,
  instanceType: text,
  imageId: text,
  chargeType: chargeTypeSchema.default('POSTPAID'),
  vpcId: text.optional(),
  state: instanceStateSchema.optional(),
  /** Names of files on the system disk, which show whether the disk was replaced. */
  files: z.array(text).max(100).default([]),
});

/** Creates an instance without a cluster, as in the console of ECS. Throws CloudApiError. */
export function createDetachedInstance(
  cloud: Cloud,
  id: string,
  body: z.infer<typeof detachedInstanceSchema>,
): DetachedInstanceRecord {
  const known = cloud.detachedInstances.get(id);
  if (known) return known;
  if (inCluster(cloud, id)) throw new CloudApiError(409, 'ID_TAKEN', `${id} is a node of a cluster.`);
  const { catalog } = cloud.parts;
  const zone = catalog.zones.get(body.zoneId);
  if (!zone) throw new CloudApiError(422, 'UNKNOWN_ZONE', `Zone ${body.zoneId} not found.`);
  if (!catalog.instanceTypes.has(body.instanceType))
    throw new CloudApiError(422, 'UNKNOWN_INSTANCE_TYPE', `Instance type ${body.instanceType} not found.`);
  const { files, name = id, ...fields } = body;
  return cloud.saveDetachedInstance({
    ...fields,
    id,
    name,
    regionId: zone.regionId,
    systemDisk: { id: systemDiskId(id, 0), files },
    origin: 'CREATED',
    createdAt: cloud.now(),
  });
}

/** Releases an instance. A subscription cannot be released before it ends. Throws CloudApiError. */
export function releaseDetachedInstance(cloud: Cloud, account: string, id: string): DetachedInstanceRecord {
  const instance = cloud.detachedInstances.get(id);
  if (!instance || instance.account !== account)
    throw new CloudApiError(404, 'NOT_FOUND', `Instance ${id} not found.`);
  if (instance.chargeType === 'PREPAID') {
    const message = `${id} is a subscription instance and cannot be released before the subscription ends.`;
    throw new CloudApiError(409, 'INSTANCE_NOT_RELEASABLE', message);
  }
  cloud.removeDetachedInstance(instance);
  return instance;
}

export interface DetachedInstanceQuery {
  readonly account: string;
  readonly regionId?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** The instances of an account without a cluster, ordered by id. */
export function detachedInstancesOf(
  cloud: Cloud,
  { account, regionId, ids }: DetachedInstanceQuery,
): DetachedInstanceRecord[] {
  return [...cloud.detachedInstances.values()]
    .filter((one) => one.account === account && (regionId === undefined || one.regionId === regionId))
    .filter((one) => ids === undefined || ids.includes(one.id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Whether the instance is a node of a cluster. */
function inCluster(cloud: Cloud, providerId: string): boolean {
  for (const { instances } of cloud.clusters.values())
    for (const instance of instances.values())
      if (instance.providerId === providerId && instance.state !== 'FAILED') return true;
  return false;
}

/** Why an instance cannot become a node of the cluster; undefined if it can. */
export function attachProblem(
  cloud: Cloud,
  cluster: CloudCluster,
  providerId: string,
): InstanceFailure | undefined {
  const instance = cloud.detachedInstances.get(providerId);
  const { account } = cluster.record;
  if (!instance && inCluster(cloud, providerId))
    return { code: 'INSTANCE_IN_USE', message: `${providerId} belongs to a cluster.` };
  if (instance?.account !== account)
    return { code: 'NOT_FOUND', message: `Instance ${providerId} not found.` };
  const elsewhere = placementProblem(instance, cluster);
  if (elsewhere) return { code: 'INSTANCE_NOT_ATTACHABLE', message: `${providerId} ${elsewhere}.` };
  const type = cloud.parts.catalog.instanceTypes.get(instance.instanceType);
  const { vcpus, memoryGiB } = MIN_NODE_RESOURCES;
  if (type && type.vcpus >= vcpus && type.memoryGiB >= memoryGiB) return undefined;
  return {
    code: 'INSTANCE_TYPE_TOO_SMALL',
    message: `${instance.instanceType} is too small; nodes need at least ${vcpus} vCPU and ${memoryGiB} GiB.`,
  };
}

/** Why the cluster cannot reach an instance; undefined if it can. */
function placementProblem(
  { regionId, vpcId, state }: DetachedInstanceRecord,
  { record }: CloudCluster,
): string | undefined {
  if (regionId !== record.regionId) return `is in ${regionId}, not in ${record.regionId}`;
  const home = record.network?.vpcId;
  if (vpcId !== undefined && home !== undefined && vpcId !== home) return `is in ${vpcId}, not in ${home}`;
  return state === 'STOPPED' ? 'is stopped' : undefined;
}

/**
 * Keeps an instance that leaves its cluster as a detached instance of the account, if the request keeps it or it is a
 * subscription instance, which cannot be released.
 */
export function detachInstance(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const { instanceType, zoneId } = instance;
  if (!isRetained(instance) || !instanceType || !zoneId) return;
  const { account, regionId, network, id: formerClusterId } = cluster.record;
  cloud.saveDetachedInstance({
    id: providerIdOf(instance),
    account,
    name: instance.name,
    regionId,
    zoneId,
    instanceType,
    imageId: instance.imageId ?? '',
    chargeType: instance.chargeType ?? 'POSTPAID',
    vpcId: network?.vpcId,
    systemDisk: instance.systemDisk ?? { id: systemDiskId(instance.id, 0), files: [] },
    origin: instance.ran || instance.attached ? 'REMOVED' : 'FAILED_CREATION',
    formerClusterId,
    createdAt: instance.createdAt,
  });
}

function isRetained({ chargeType, release, master, state, orphaned }: InstanceRecord): boolean {
  if (state === 'FAILED' && orphaned) return false;
  return chargeType === 'PREPAID' || (release === false && !master);
}

/** The cloud's id of an instance; the client chose `id`. */
export function providerIdOf({ providerId, id }: Pick<InstanceRecord, 'providerId' | 'id'>): string {
  return providerId ?? `i-${hashHex(id)}`;
}

/** Id of a system disk; each replacement has another number. */
export function systemDiskId(id: string, number: number): string {
  return `d-${hashHex(`${id}/${number}`)}`;
}

/** A detached instance as in the API. */
export function detachedInstanceResponse(instance: DetachedInstanceRecord): unknown {
  return {
    state: 'RUNNING',
    ...instance,
    releasable: instance.chargeType !== 'PREPAID',
    createdAt: new Date(instance.createdAt).toISOString(),
  };
}
