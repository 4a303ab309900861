import { faultDefinitions } from '../injected-faults.js';
import { runsVersion } from '../catalog.js';
import { chance } from '../random.js';
import type { Cloud, CloudCluster } from './cloud.js';
import type { InstanceBody } from './request-schemas.js';
import { noAddress, type NetworkAllocation, allocateNetwork, zonesWithAddress } from './instance-network.js';
import { place } from './placement.js';
import { detachInstance, newDisk } from './detached-instances.js';
import { CloudApiError, type InstanceFailure, type InstanceRecord, type SystemDisk } from './records.js';
import { reportNode } from './node-status.js';
import { groupProblem, recordActivity } from './scaling-groups.js';
import { asRegistered, isVirtual, virtualNodeNetwork } from './virtual-nodes.js';

/** Simulated seconds: an instance stops in STOP; eviction ends after DRAIN and is checked every CHECK. */
const STOP = 10;
const DRAIN = 120;
const CHECK = 1;

const MASTER_TYPE = 'ecs.g7.xlarge';
const MASTER_TAINT = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' } as const;

/** Starts instances, or answers with those that have the ids; in the order of the bodies. */
export function putInstances(
  cloud: Cloud,
  cluster: CloudCluster,
  bodies: readonly InstanceBody[],
): InstanceRecord[] {
  return oncePerId(cloud, cluster, { bodies, activity: 'SCALE_OUT', make: startInstance });
}

interface InstanceBatch<W> {
  readonly bodies: readonly W[];
  /** The activity that the scaling group records for new instances. */
  readonly activity: 'SCALE_OUT' | 'ATTACH';
  readonly make: (cloud: Cloud, cluster: CloudCluster, body: W) => InstanceRecord;
}

/** Returns an instance for each body, in order: the existing one with its id, or a new one. */
export function oncePerId<W extends { readonly id: string }>(
  cloud: Cloud,
  cluster: CloudCluster,
  { bodies, activity, make }: InstanceBatch<W>,
): InstanceRecord[] {
  if (cluster.record.state === 'DELETING')
    throw new CloudApiError(409, 'CLUSTER_DELETING', 'The cluster is being deleted.');
  const fresh: InstanceRecord[] = [];
  const answers = bodies.map((body) => {
    const known = cluster.instances.get(body.id);
    if (known) return known;
    const made = make(cloud, cluster, body);
    fresh.push(made);
    return made;
  });
  recordActivity(cloud, cluster, activity, fresh);
  return answers;
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
    systemDisk: { id: newDisk(id, 0), files: [], ...diskOf(body) },
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

/** Instance type, zone and network of an instance, or why it gets none. */
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
  const taken = allocateNetwork(cloud, cluster, { ...body, zoneId, type });
  return 'failure' in taken ? taken : { instanceType, zoneId, ...taken.network };
}

/** What an instance has of the image that it starts from; where none is named, the first for its processors. */
export function imageFields(
  { parts: { catalog } }: Cloud,
  imageId: string | undefined,
  instanceType: string | null,
): Pick<InstanceRecord, 'imageId' | 'os'> {
  const architecture = catalog.instanceTypes.get(instanceType ?? '')?.architecture;
  const image =
    imageId === undefined
      ? [...catalog.images.values()].find((one) => one.architecture === architecture)
      : catalog.images.get(imageId);
  if (!image) return imageId === undefined ? {} : { imageId };
  return {
    imageId: image.id,
    os: { name: image.name, family: image.osFamily.startsWith('WINDOWS') ? 'windows' : 'linux' },
  };
}

/** Stops instances; answers with those that are not gone yet, in the order of the ids. */
export function deleteInstances(
  cloud: Cloud,
  cluster: CloudCluster,
  ids: readonly string[],
  { drain, release = true }: { readonly drain: boolean; readonly release?: boolean },
): InstanceRecord[] {
  const begun: InstanceRecord[] = [];
  const left = ids.flatMap((id) => {
    const instance = cluster.instances.get(id);
    if (!instance) return [];
    if (instance.state === 'STOPPING') return [instance];
    if (instance.state === 'FAILED') {
      forget(cloud, cluster, instance);
      return [];
    }
    begun.push(instance);
    const draining = drain && instance.state === 'RUNNING';
    const readyAt =
      cloud.now() + (draining ? (DRAIN * 1000) / cloud.settings.speed : cloud.span(STOP, `${id}/stop`));
    const stopping = cloud.saveInstance(cluster, {
      ...instance,
      state: 'STOPPING',
      readyAt,
      drain: draining,
      release,
    });
    scheduleInstance(cloud, cluster, stopping);
    return [stopping];
  });
  recordActivity(cloud, cluster, 'SCALE_IN', begun);
  return left;
}

/** Upgrades the kubelet of an instance. */
export function upgradeInstance(
  cloud: Cloud,
  cluster: CloudCluster,
  id: string,
  version: string,
): InstanceRecord {
  const instance = instanceOf(cluster, id);
  if (!runsVersion(cloud.parts.catalog, version)) {
    throw new CloudApiError(422, 'UNKNOWN_VERSION', `There is no Kubernetes version ${version}.`);
  }
  if (instance.version === version) return instance;
  if (chance(cloud.settings.seed, `upgrade/${id}`) < cloud.settings.upgradeFailureRate) {
    const message = `The kubelet of ${instance.name} cannot be upgraded to ${version}.`;
    throw new CloudApiError(422, 'NODE_UPGRADE_FAILED', message);
  }
  cluster.kubernetes.setKubeletVersion(instance.name, version);
  return cloud.saveInstance(cluster, { ...instance, version });
}

/**
 * Switches an instance off or on, as a fault: its kubelet stops reporting, and the node is NotReady. A restart ends the
 * fault, unless it is in the system disk.
 */
export function setPower(
  cloud: Cloud,
  cluster: CloudCluster,
  id: string,
  { on, fault }: { readonly on: boolean; readonly fault?: 'KUBELET' | 'SYSTEM_DISK' | undefined },
): InstanceRecord {
  const instance = instanceOf(cluster, id);
  if (!!instance.off === !on) return instance;
  const broken = !on && fault === 'SYSTEM_DISK' ? fault : undefined;
  const saved = cloud.saveInstance(cluster, { ...instance, off: !on, fault: broken });
  reportNode(cloud, cluster, saved);
  return saved;
}

/** An instance of the cluster, or a refusal that there is none. */
export function instanceOf(cluster: CloudCluster, id: string): InstanceRecord {
  const instance = cluster.instances.get(id);
  if (instance) return instance;
  throw new CloudApiError(404, 'NOT_FOUND', `There is no instance ${id}.`);
}

/** Resumes the instances of a cluster that was read or is ready. */
export function resumeInstances(cloud: Cloud, cluster: CloudCluster): void {
  for (const instance of cluster.instances.values()) {
    if (instance.state === 'RUNNING') join(cloud, cluster, instance);
    scheduleInstance(cloud, cluster, instance);
  }
}

/** Schedules the next step of an instance. */
export function scheduleInstance(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const { id, state } = instance;
  const step = (run: (now: InstanceRecord) => void) => () => {
    const now = cluster.instances.get(id);
    if (now?.state === state) run(now);
  };
  if (state === 'STARTING') {
    // Until its control plane runs, an instance has nothing to join; the cluster's arrival plans it again.
    if (cluster.record.state !== 'CREATING')
      cloud.at(
        instance.readyAt,
        step((now) => boot(cloud, cluster, now)),
      );
  } else if (state === 'STOPPING' && instance.drain) {
    drain(cloud, cluster, instance);
  } else if (state === 'STOPPING') {
    cloud.at(
      instance.readyAt,
      step((now) => remove(cloud, cluster, now)),
    );
  } else if (state === 'RUNNING' && instance.reclaimAt !== undefined) {
    cloud.at(
      instance.reclaimAt,
      step((now) => remove(cloud, cluster, now)),
    );
  }
}

function boot(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  if (instance.restarting) return restarted(cloud, cluster, instance);
  if (!instance.doomed && !cloud.isLost(instance.zoneId ?? '')) {
    join(cloud, cluster, cloud.saveInstance(cluster, { ...instance, state: 'RUNNING', ran: true }));
    return;
  }
  const message = `The instance ${instance.id} did not start.`;
  const orphaned = instance.chargeType === 'PREPAID' || instance.attached === true;
  const failed = cloud.saveInstance(cluster, {
    ...withoutNetwork(cloud, instance),
    state: 'FAILED',
    failure: { code: 'INSTANCE_START_FAILED', message },
  });
  if (!orphaned) return;
  detachInstance(cloud, cluster, { ...failed, release: false });
  cloud.saveInstance(cluster, { ...failed, orphaned });
}

/** Releases the address of an instance that does not run. */
function withoutNetwork(cloud: Cloud, instance: InstanceRecord): InstanceRecord {
  const { vSwitchId, vSwitchCidr: _cidr, address, podCidr: _part, ...rest } = instance;
  if (vSwitchId !== undefined && address !== undefined) cloud.addresses.release(vSwitchId, address);
  return rest;
}

/** After a restart an instance is off only when its system disk has a fault. */
function restarted(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const off = instance.fault !== undefined;
  join(
    cloud,
    cluster,
    cloud.saveInstance(cluster, { ...instance, state: 'RUNNING', restarting: false, off }),
  );
}

function join(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const type = cloud.parts.catalog.instanceTypes.get(instance.instanceType ?? '');
  if (!type || cluster.record.state === 'CREATING') return;
  const registered = asRegistered(instance, type);
  cluster.kubernetes.joinNode(registered.instance, registered.type);
  reportNode(cloud, cluster, instance);
}

function drain(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const now = cluster.instances.get(instance.id);
  if (now?.state !== 'STOPPING' || !cloud.clusters.has(cluster.record.id)) return;
  const left = cluster.kubernetes.drain(instance.name);
  if (left === 0 || cloud.now() >= instance.readyAt) return remove(cloud, cluster, instance);
  cloud.at(cloud.now() + (CHECK * 1000) / cloud.settings.speed, () => drain(cloud, cluster, instance));
}

function remove(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  cluster.kubernetes.removeNode(instance.name);
  detachInstance(cloud, cluster, instance);
  forget(cloud, cluster, instance);
}

/** Removes the instance and ends its faults, except that it was deleted. */
function forget(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  cloud.removeInstance(cluster, instance);
  cluster.kubernetes.faults.end(
    ({ instanceId, operation }) =>
      instanceId === instance.id && faultDefinitions[operation]?.effect !== 'NODE_DELETED',
  );
}
