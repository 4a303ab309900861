import { chance } from '../random.js';
import type { Cloud, CloudCluster } from './cloud.js';
import type { InstanceWish } from './forms.js';
import { place } from './placement.js';
import { CloudRefusal, type InstanceRecord } from './records.js';

/** Simulated seconds: an instance stops in STOP; evicting pods is given up after DRAIN and looked at each CHECK. */
const STOP = 10;
const DRAIN = 120;
const CHECK = 1;

const MASTER_TYPE = 'ecs.g7.xlarge';
const MASTER_TAINT = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' } as const;

/** Starts instances, or answers with those that have the ids; in the order of the wishes. */
export function putInstances(
  cloud: Cloud,
  cluster: CloudCluster,
  wishes: readonly InstanceWish[],
): InstanceRecord[] {
  if (cluster.record.state === 'DELETING')
    throw new CloudRefusal(409, 'CLUSTER_DELETING', 'The cluster is being deleted.');
  return wishes.map((wish) => cluster.instances.get(wish.id) ?? startInstance(cloud, cluster, wish));
}

/** The three masters of a dedicated cluster. */
export function putMasters(cloud: Cloud, cluster: CloudCluster): void {
  const { id, masters, zoneIds } = cluster.record;
  for (let number = 0; number < masters; number += 1) {
    startInstance(cloud, cluster, {
      id: `${id}-master-${number}`,
      name: `master-${number}`,
      nodePoolId: null,
      instanceTypes: [MASTER_TYPE],
      zoneIds: [...zoneIds],
      labels: {},
      taints: [MASTER_TAINT],
    });
  }
}

function startInstance(cloud: Cloud, cluster: CloudCluster, wish: InstanceWish): InstanceRecord {
  const { id, name, nodePoolId, labels, taints } = wish;
  const placement = place(wish, {
    catalogue: cloud.parts.catalogue,
    stock: cloud.settings.stock,
    inUse: (zone, type) => cloud.stockInUse(zone, type),
    inZone: (zone) => [...cluster.instances.values()].filter(({ zoneId }) => zoneId === zone).length,
  });
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
    master: taints.includes(MASTER_TAINT),
    createdAt: now,
  };
  if (!placement.ok) {
    const { failure } = placement;
    return cloud.saveInstance(cluster, {
      ...base,
      state: 'FAILED',
      instanceType: null,
      zoneId: null,
      readyAt: now,
      failure,
    });
  }
  const { instanceType, zoneId } = placement;
  const boot = now + cloud.span(cloud.settings.bootSeconds.node, id);
  const readyAt = Math.max(boot, cluster.record.state === 'CREATING' ? cluster.record.readyAt : 0);
  const doomed = chance(cloud.settings.seed, `start/${id}`) < cloud.settings.failureRate && !base.master;
  const instance = cloud.saveInstance(cluster, {
    ...base,
    state: 'STARTING',
    instanceType,
    zoneId,
    readyAt,
    doomed,
  });
  plan(cloud, cluster, instance);
  return instance;
}

/** Stops instances; answers with those that are not gone yet, in the order of the ids. */
export function deleteInstances(
  cloud: Cloud,
  cluster: CloudCluster,
  ids: readonly string[],
  drain: boolean,
): InstanceRecord[] {
  return ids.flatMap((id) => {
    const instance = cluster.instances.get(id);
    if (!instance) return [];
    if (instance.state === 'STOPPING') return [instance];
    if (instance.state === 'FAILED') {
      cloud.removeInstance(cluster, instance);
      return [];
    }
    const draining = drain && instance.state === 'RUNNING';
    const readyAt =
      cloud.now() + (draining ? (DRAIN * 1000) / cloud.settings.speed : cloud.span(STOP, `${id}/stop`));
    const stopping = cloud.saveInstance(cluster, {
      ...instance,
      state: 'STOPPING',
      readyAt,
      drain: draining,
    });
    plan(cloud, cluster, stopping);
    return [stopping];
  });
}

/** Upgrades the kubelet of an instance. */
export function upgradeInstance(
  cloud: Cloud,
  cluster: CloudCluster,
  id: string,
  version: string,
): InstanceRecord {
  const instance = instanceOf(cluster, id);
  if (!cloud.parts.catalogue.versions.has(version)) {
    throw new CloudRefusal(422, 'UNKNOWN_VERSION', `There is no Kubernetes version ${version}.`);
  }
  if (instance.version === version) return instance;
  cluster.kubernetes.setKubeletVersion(instance.name, version);
  return cloud.saveInstance(cluster, { ...instance, version });
}

/** Switches an instance off or on, as a fault: its kubelet falls silent, and the node is NotReady. */
export function setPower(cloud: Cloud, cluster: CloudCluster, id: string, on: boolean): InstanceRecord {
  const instance = instanceOf(cluster, id);
  if (!!instance.off === !on) return instance;
  const saved = cloud.saveInstance(cluster, { ...instance, off: !on });
  cluster.kubernetes.setNodeReady(instance.name, on);
  return saved;
}

function instanceOf(cluster: CloudCluster, id: string): InstanceRecord {
  const instance = cluster.instances.get(id);
  if (instance) return instance;
  throw new CloudRefusal(404, 'NOT_FOUND', `There is no instance ${id}.`);
}

/** Carries on with the instances of a cluster that was read or has come up. */
export function resumeInstances(cloud: Cloud, cluster: CloudCluster): void {
  for (const instance of cluster.instances.values()) {
    if (instance.state === 'RUNNING') join(cloud, cluster, instance);
    else plan(cloud, cluster, instance);
  }
}

function plan(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
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
  }
}

function boot(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  if (!instance.doomed) {
    join(cloud, cluster, cloud.saveInstance(cluster, { ...instance, state: 'RUNNING' }));
    return;
  }
  const message = `The instance ${instance.id} did not start.`;
  cloud.saveInstance(cluster, {
    ...instance,
    state: 'FAILED',
    failure: { code: 'INSTANCE_START_FAILED', message },
  });
}

function join(cloud: Cloud, cluster: CloudCluster, instance: InstanceRecord): void {
  const type = cloud.parts.catalogue.instanceTypes.get(instance.instanceType ?? '');
  if (type && cluster.record.state !== 'CREATING') cluster.kubernetes.joinNode(instance, type);
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
  cloud.removeInstance(cluster, instance);
}
