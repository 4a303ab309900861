import { faultDefinitions } from '../injected-faults.js';
import { supportsVersion } from '../catalog.js';
import { chance } from '../random.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { detachInstance } from './detached-instances.js';
import { CloudApiError, type InstanceRecord } from './records.js';
import { reportNode } from './node-status.js';
import { recordActivity } from './scaling-groups.js';
import { asRegistered } from './virtual-nodes.js';

/** Simulated seconds: stop of an instance, timeout of a drain, and interval of its checks. */
const STOP_SECONDS = 10;
const DRAIN_SECONDS = 120;
const DRAIN_CHECK_SECONDS = 1;

/** Stops instances; returns those that still exist, in the order of the ids. */
export function deleteInstances(
  cloud: Cloud,
  cluster: CloudCluster,
  ids: readonly string[],
  { drain, release = true }: { readonly drain: boolean; readonly release?: boolean },
): InstanceRecord[] {
  const begun: InstanceRecord[] = [];
  const detached = ids.flatMap((id) => {
    const instance = cluster.instances.get(id);
    if (!instance) return [];
    if (instance.state === 'STOPPING') return [instance];
    if (instance.state === 'FAILED') {
      removeRecord(cloud, cluster, instance);
      return [];
    }
    begun.push(instance);
    const draining = drain && instance.state === 'RUNNING';
    const readyAt =
      cloud.now() +
      (draining ? (DRAIN_SECONDS * 1000) / cloud.settings.speed : cloud.span(STOP_SECONDS, `${id}/stop`));
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
  return detached;
}

/** Upgrades the kubelet of an instance. */
export function upgradeInstance(
  cloud: Cloud,
  cluster: CloudCluster,
  id: string,
  version: string,
): InstanceRecord {
  const instance = instanceOf(cluster, id);
  if (!supportsVersion(cloud.parts.catalog, version)) {
    throw new CloudApiError(422, 'UNKNOWN_VERSION', `Kubernetes version ${version} does not exist.`);
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
 * Switches an instance off or on, as a fault: the kubelet stops reporting, and the node becomes NotReady. A restart ends
 * the fault unless it is on the system disk.
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
  // Containers run on while only the kubelet is stopped.
  const stoppedAt = on || fault === 'KUBELET' ? instance.stoppedAt : cloud.now();
  const saved = cloud.saveInstance(cluster, {
    ...{ ...instance, off: !on, fault: broken },
    ...(stoppedAt !== undefined && { stoppedAt }),
  });
  reportNode(cloud, cluster, saved);
  return saved;
}

/** Returns the instance. Throws CloudApiError if it does not exist. */
export function instanceOf(cluster: CloudCluster, id: string): InstanceRecord {
  const instance = cluster.instances.get(id);
  if (instance) return instance;
  throw new CloudApiError(404, 'NOT_FOUND', `Instance ${id} not found.`);
}

/** Resumes the instances of a cluster that was stored or has become ready. */
export function resumeInstances(cloud: Cloud, cluster: CloudCluster): void {
  for (const instance of cluster.instances.values()) {
    if (instance.state === 'RUNNING') registerNode(cloud, cluster, instance);
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
    // An instance cannot register without a running control plane; the cluster schedules it again when it runs.
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
  if (instance.restarting) return completeRestart(cloud, cluster, instance);
  if (!instance.doomed && !cloud.isLost(instance.zoneId ?? '')) {
    registerNode(cloud, cluster, cloud.saveInstance(cluster, { ...instance, state: 'RUNNING', ran: true }));
    return;
  }
  const message = `The instance ${instance.id} did not start.`;
  const orphaned = instance.chargeType === 'PREPAID' || instance.attached === true;
  const failed = cloud.saveInstance(cluster, {
    ...releaseNetwork(cloud, instance),
    state: 'FAILED',
    failure: { code: 'INSTANCE_START_FAILED', message },
  });
  if (!orphaned) return;
  detachInstance(cloud, cluster, { ...failed, release: false });
  cloud.saveInstance(cluster, { ...failed, orphaned });
}

/** Releases the address of a failed instance. */
function releaseNetwork(cloud: Cloud, instance: InstanceRecord): InstanceRecord {
  const { vSwitchId, vSwitchCidr: _cidr, address, podCidr: _part, ...rest } = instance;
  if (vSwitchId !== undefined && address !== undefined) cloud.addresses.release(vSwitchId, address);
  return rest;
}

/** After a restart an instance is off only if its system disk has a fault. */
function completeRestart(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const off = instance.fault !== undefined;
  registerNode(
    cloud,
    cluster,
    cloud.saveInstance(cluster, { ...instance, state: 'RUNNING', restarting: false, off }),
  );
}

function registerNode(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const type = cloud.parts.catalog.instanceTypes.get(instance.instanceType ?? '');
  if (!type || cluster.record.state === 'CREATING') return;
  const registered = asRegistered(instance, type);
  cluster.kubernetes.joinNode(registered.instance, registered.type);
  reportNode(cloud, cluster, instance);
}

function drain(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const now = cluster.instances.get(instance.id);
  if (now?.state !== 'STOPPING' || !cloud.clusters.has(cluster.record.id)) return;
  const remainingPods = cluster.kubernetes.drain(instance.name);
  if (remainingPods === 0 || cloud.now() >= instance.readyAt) return remove(cloud, cluster, instance);
  cloud.at(cloud.now() + (DRAIN_CHECK_SECONDS * 1000) / cloud.settings.speed, () =>
    drain(cloud, cluster, instance),
  );
}

function remove(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  cluster.kubernetes.removeNode(instance.name);
  detachInstance(cloud, cluster, instance);
  removeRecord(cloud, cluster, instance);
}

/** Removes the instance and ends its faults, except its deletion. */
function removeRecord(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  cloud.removeInstance(cluster, instance);
  cluster.kubernetes.faults.end(
    ({ instanceId, operation }) =>
      instanceId === instance.id && faultDefinitions[operation]?.effect !== 'NODE_DELETED',
  );
}
