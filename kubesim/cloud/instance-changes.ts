import { z } from 'zod';
import { faultDefinitions } from '../injected-faults.js';
import type { Cloud, CloudCluster } from './cloud.js';
import type { AttachBody } from './request-schemas.js';
import { groupProblem, scalingGroupOf } from './scaling-groups.js';
import { allocateNetwork } from './instance-network.js';
import { exceedsPriceLimit } from './placement.js';
import { chargeTypeSchema } from './charge-type.js';
import { attachProblem, systemDiskId } from './detached-instances.js';
import { instanceOf, scheduleInstance } from './instances.js';
import { imageFields, getOrCreateInstances } from './instance-creation.js';
import { reportNode } from './node-status.js';
import { CloudApiError, type InstanceFailure, type InstanceRecord } from './records.js';

/**
 * Simulated seconds of a restart, of a system disk replacement, and between the notice and the reclamation of a spot
 * instance.
 */
const RESTART_SECONDS = 20;
const RESET_SECONDS = 60;
const RECLAIM_SECONDS = 300;

/** Families that cannot be converted to subscription. */
const NO_SUBSCRIPTION = new Set(['t1', 's1', 's2', 's3', 'c1', 'c2', 'm1', 'm2', 'n1', 'n2', 'e3']);

export const chargeSchema = z.object({ chargeType: chargeTypeSchema });
export const typeSchema = z.object({ instanceType: z.string().min(1).max(200) });
export const groupSchema = z.object({ nodePoolId: z.string().min(1).max(200).nullable() });
export const repairSchema = z.object({ action: z.enum(['RESTART', 'RESET']) });

/** Attaches detached instances to a cluster; returns them in the order of the bodies, each with its failure. */
export function attachInstances(
  cloud: Cloud,
  cluster: CloudCluster,
  bodies: readonly AttachBody[],
): InstanceRecord[] {
  return getOrCreateInstances(cloud, cluster, { bodies, activity: 'ATTACH', make: attach });
}

function attach(cloud: Cloud, cluster: CloudCluster, body: AttachBody): InstanceRecord {
  const { id, name, nodePoolId, providerId, labels, taints } = body;
  const now = cloud.now();
  const base = {
    id,
    clusterId: cluster.record.id,
    name,
    nodePoolId: nodePoolId ?? null,
    labels,
    taints,
    version: cluster.record.version,
    index: cluster.nextIndex,
    master: false,
    createdAt: now,
    readyAt: now,
  };
  const failure = groupProblem(cluster, base.nodePoolId) ?? attachProblem(cloud, cluster, providerId);
  const detached = cloud.detachedInstances.get(providerId);
  if (failure || !detached) return cloud.saveInstance(cluster, failedInstance(base, failure));
  const type = cloud.parts.catalog.instanceTypes.get(detached.instanceType);
  const taken = allocateNetwork(cloud, cluster, { ...body, zoneId: detached.zoneId, type });
  if ('failure' in taken) return cloud.saveInstance(cluster, failedInstance(base, taken.failure));
  const reset = body.mode === 'AUTO';
  const seconds = cloud.settings.bootSeconds.node + (reset ? RESET_SECONDS : 0);
  cloud.removeDetachedInstance(detached);
  const instance = cloud.saveInstance(cluster, {
    ...base,
    ...taken.network,
    providerId,
    attached: true,
    state: 'STARTING',
    instanceType: detached.instanceType,
    zoneId: detached.zoneId,
    chargeType: detached.chargeType,
    ...imageFields(cloud, reset ? body.imageId : detached.imageId, detached.instanceType),
    ...(body.userData !== undefined && { userData: body.userData }),
    systemDisk: reset ? { id: systemDiskId(providerId, now), files: [] } : detached.systemDisk,
    readyAt: now + cloud.span(seconds, id),
  });
  scheduleInstance(cloud, cluster, instance);
  return instance;
}

function failedInstance(
  base: Omit<InstanceRecord, 'state' | 'instanceType' | 'zoneId'>,
  failure: InstanceFailure = { code: 'NOT_FOUND', message: 'Instance not found.' },
): InstanceRecord {
  return { ...base, state: 'FAILED', instanceType: null, zoneId: null, failure };
}

/** Converts an instance from pay-as-you-go to subscription, if the family allows it. Throws CloudApiError. */
export function setChargeType(
  cloud: Cloud,
  cluster: CloudCluster,
  id: string,
  { chargeType }: z.infer<typeof chargeSchema>,
): InstanceRecord {
  const instance = instanceOf(cluster, id);
  const present = instance.chargeType ?? 'POSTPAID';
  if (present === chargeType) return instance;
  if (present !== 'POSTPAID' || chargeType !== 'PREPAID')
    throw new CloudApiError(422, 'CHARGE_TYPE_NOT_CONVERTIBLE', `${present} cannot become ${chargeType}.`);
  const family = instance.instanceType?.split('.')[1] ?? '';
  if (NO_SUBSCRIPTION.has(family)) {
    const message = `The family ${family} cannot be converted to subscription.`;
    throw new CloudApiError(422, 'CHARGE_TYPE_NOT_CONVERTIBLE', message);
  }
  return cloud.saveInstance(cluster, { ...instance, chargeType });
}

/** Changes the instance type and restarts the instance. Throws CloudApiError. */
export function setInstanceType(
  cloud: Cloud,
  cluster: CloudCluster,
  id: string,
  { instanceType }: z.infer<typeof typeSchema>,
): InstanceRecord {
  const instance = instanceOf(cluster, id);
  const { instanceTypes } = cloud.parts.catalog;
  const [before, type] = [instanceTypes.get(instance.instanceType ?? ''), instanceTypes.get(instanceType)];
  if (!type || type.architecture !== before?.architecture)
    throw new CloudApiError(422, 'UNKNOWN_INSTANCE_TYPE', `${id} cannot become ${instanceType}.`);
  if (instance.instanceType === instanceType) return instance;
  if (instance.state !== 'RUNNING')
    throw new CloudApiError(409, 'INVALID_STATE', `The instance ${id} is ${instance.state}.`);
  const resized = cloud.saveInstance(cluster, { ...instance, instanceType });
  cluster.kubernetes.resizeNode(resized, type);
  return repairInstance(cloud, cluster, id, { action: 'RESTART' });
}

/** Removes an instance from its scaling group, or moves it to another. */
export function moveInstance(
  cloud: Cloud,
  cluster: CloudCluster,
  id: string,
  { nodePoolId }: z.infer<typeof groupSchema>,
): InstanceRecord {
  const instance = instanceOf(cluster, id);
  if (nodePoolId !== null) scalingGroupOf(cluster, nodePoolId);
  return cloud.saveInstance(cluster, { ...instance, nodePoolId });
}

/** Restarts an instance (RESTART) or replaces its system disk (RESET). RESET also ends faults of the disk. */
export function repairInstance(
  cloud: Cloud,
  cluster: CloudCluster,
  id: string,
  { action }: z.infer<typeof repairSchema>,
): InstanceRecord {
  const instance = instanceOf(cluster, id);
  if (instance.state !== 'RUNNING') return instance;
  const now = cloud.now();
  const reset = action === 'RESET';
  const starting = cloud.saveInstance(cluster, {
    ...instance,
    state: 'STARTING',
    readyAt: now + cloud.span(reset ? RESET_SECONDS : RESTART_SECONDS, `${id}/${action}`),
    restarting: true,
    stoppedAt: now,
    ...(reset && {
      // The id of the first disk has no number.
      systemDisk: { ...instance.systemDisk, id: systemDiskId(id, now), files: [] },
      fault: undefined,
    }),
  });
  if (reset) removeDiskFaults(cluster, id);
  // The restart ends hanging mounts.
  cluster.kubernetes.faults.releasePods(cluster.kubernetes.podsOn(instance.name), 'VOLUME_HANGS');
  reportNode(cloud, cluster, starting);
  scheduleInstance(cloud, cluster, starting);
  return starting;
}

/** Removes the faults of the replaced system disk. */
function removeDiskFaults({ kubernetes }: CloudCluster, id: string): void {
  kubernetes.faults.end(
    ({ instanceId, operation }) => instanceId === id && faultDefinitions[operation]?.onDisk === true,
  );
}

/** Reclaims the spot instances whose price is above their limit. */
export function reclaimOverPriceLimit(cloud: Cloud): void {
  const { spotPrices } = cloud.settings;
  for (const cluster of cloud.clusters.values())
    for (const instance of [...cluster.instances.values()])
      if (
        instance.state === 'RUNNING' &&
        exceedsPriceLimit(instance, spotPrices[instance.instanceType ?? ''])
      )
        reclaimInstance(cloud, cluster, instance.id);
}

/** Reclaims a spot instance after its notice. Throws CloudApiError. */
export function reclaimInstance(cloud: Cloud, cluster: CloudCluster, id: string): InstanceRecord {
  const instance = instanceOf(cluster, id);
  if (instance.chargeType !== 'SPOT')
    throw new CloudApiError(422, 'INVALID_INPUT', `The instance ${id} is not a spot instance.`);
  if (instance.reclaimAt !== undefined) return instance;
  const reclaimAt = cloud.now() + (RECLAIM_SECONDS * 1000) / cloud.settings.speed;
  const noticed = cloud.saveInstance(cluster, { ...instance, reclaimAt });
  scheduleInstance(cloud, cluster, noticed);
  return noticed;
}
