import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { CloudCatalog } from '../catalog.js';
import type { InjectedFault } from '../injected-faults.js';
import type { ClusterOptions, ClusterPort, ContainerInstanceRun } from '../cluster-port.js';
import { chance } from '../random.js';
import { changedSettings, settingsPatchSchema, type Settings } from '../settings.js';
import type { Journal } from '../storage/journal.js';
import {
  clusterTable,
  instanceTable,
  detachedInstanceTable,
  scalingGroupTable,
  settingTable,
} from '../storage/tables.js';
import type { Timers } from '../timers.js';
import type { z } from 'zod';
import type { DetachedInstanceRecord } from './records.js';
import { ContainerUses } from './container-uses.js';
import { IpAddressAllocator } from '../ip-address-allocator.js';
import { vpcAddresses } from './vpc-addresses.js';
import type { ClusterRecord, InstanceRecord } from './records.js';
import type { ScalingGroupRecord } from './records.js';

export interface CloudDependencies {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly journal: Journal;
  readonly catalog: CloudCatalog;
  /** Control plane of new clusters. */
  readonly controlPlane: 'SIMULATED' | 'REAL';
  /** Versions of the real control planes that are built, one for each minor version. */
  readonly builtVersions: readonly string[];
  /** Loads what `openCluster` needs for a kind of control plane. */
  loadControlPlane(kind: 'SIMULATED' | 'REAL'): Promise<void>;
  /** Creates the Kubernetes of a cluster, whose kind of control plane is loaded. */
  openCluster(options: ClusterOptions): ClusterPort;
}

/** A cluster of the cloud with its instances and, while it runs, its Kubernetes. */
export interface CloudCluster {
  record: ClusterRecord;
  readonly instances: Map<string, InstanceRecord>;
  /** Scaling groups by node pool. */
  readonly scalingGroups: Map<string, ScalingGroupRecord>;
  readonly kubernetes: ClusterPort;
  nextIndex: number;
}

/** State of the simulated cloud: clusters, instances and settings, in memory and in the journal. */
export class Cloud implements Disposable {
  readonly clusters = new Map<string, CloudCluster>();
  /** Instances without a cluster. */
  readonly detachedInstances = new Map<string, DetachedInstanceRecord>();
  /** Instances in use by `<zone>/<type>`. */
  private readonly inUse = new Map<string, number>();
  /** Addresses of the vSwitches. */
  readonly addresses = new IpAddressAllocator();
  /** Usage of container instances by pods. */
  readonly containerUses: ContainerUses;
  private open = true;

  constructor(
    readonly parts: CloudDependencies,
    private current: Settings,
  ) {
    this.containerUses = new ContainerUses(parts.journal, () => this.now());
  }

  get settings(): Settings {
    return this.current;
  }

  /** Changes the settings. Scheduled steps keep their times. */
  changeSettings(patch: z.infer<typeof settingsPatchSchema>): Settings {
    this.current = changedSettings(this.current, patch);
    this.parts.journal.put(settingTable, ['settings'], () => JSON.stringify(this.current));
    return this.current;
  }

  now(): number {
    return this.parts.clock.now().getTime();
  }

  /** Converts simulated seconds to milliseconds of the clock, varied by ±20 % deterministically by key. */
  span(seconds: number, key: string): number {
    return Math.round(
      ((seconds * 1000) / this.current.speed) * (0.8 + 0.4 * chance(this.current.seed, `span/${key}`)),
    );
  }

  /** Schedules a step; it does not run after the cloud is closed. */
  at(time: number, run: () => void): void {
    this.parts.timers
      .scope(
        () => this.open,
        (error) => this.parts.log.error({ err: error }, 'a scheduled task of the simulated cloud failed'),
      )
      .at(time, run);
  }

  /** Adds a stored or new cluster to memory. */
  add(record: ClusterRecord, revision: number): CloudCluster {
    const { id, regionId, network } = record;
    const cluster: CloudCluster = {
      record,
      instances: new Map<string, InstanceRecord>(),
      scalingGroups: new Map<string, ScalingGroupRecord>(),
      kubernetes: this.parts.openCluster({
        ...{ id, regionId, revision },
        speed: () => this.current.speed,
        serverlessZones: record.serverless ? record.zoneIds : undefined,
        version: () => this.clusters.get(id)?.record.version ?? record.version,
        maxPods: () => this.clusters.get(id)?.record.maxPods,
        grants: () => this.clusters.get(id)?.record.grants,
        faults: {
          read: () => this.clusters.get(id)?.record.faults ?? [],
          write: (faults) => this.saveFaults(id, faults),
        },
        hasRealControlPlane: record.controlPlane === 'REAL',
        certificates: {
          read: () => this.clusters.get(id)?.record.certificates,
          write: (certificates) => this.saveCertificates(id, certificates),
        },
        serviceCidr: network?.serviceCidr,
        vpcAddresses:
          network?.plugin === 'TERWAY'
            ? vpcAddresses(this.addresses, id, () => this.clusters.get(id))
            : undefined,
      }),
      nextIndex: 0,
    };
    this.clusters.set(id, cluster);
    cluster.kubernetes.onContainerInstanceRun((run) => this.recordContainerUse(cluster, run));
    return cluster;
  }

  /** Records the run of a pod on a container instance. */
  recordContainerUse({ record: { id: clusterId, account } }: CloudCluster, run: ContainerInstanceRun): void {
    this.containerUses.record({ ...run, clusterId, account });
  }

  /** Adds a stored instance to memory. */
  load(cluster: CloudCluster, instance: InstanceRecord): void {
    this.count(cluster.instances.get(instance.id), -1);
    cluster.instances.set(instance.id, instance);
    cluster.nextIndex = Math.max(cluster.nextIndex, instance.index + 1);
    const { vSwitchId, address } = instance;
    if (vSwitchId !== undefined && address !== undefined)
      this.addresses.keep(vSwitchId, address, cluster.record.id);
    this.count(instance, 1);
  }

  saveCluster(cluster: CloudCluster, change: Partial<ClusterRecord>): ClusterRecord {
    const record = { ...cluster.record, ...change };
    cluster.record = record;
    this.parts.journal.put(clusterTable, [record.id], () => JSON.stringify(record));
    return record;
  }

  saveInstance(cluster: CloudCluster, instance: InstanceRecord): InstanceRecord {
    this.load(cluster, instance);
    this.parts.journal.put(instanceTable, [instance.clusterId, instance.id], () => JSON.stringify(instance));
    return instance;
  }

  removeInstance(cluster: CloudCluster, instance: InstanceRecord): void {
    this.count(cluster.instances.get(instance.id), -1);
    cluster.instances.delete(instance.id);
    const { vSwitchId, address } = instance;
    if (vSwitchId !== undefined && address !== undefined) this.addresses.release(vSwitchId, address);
    this.parts.journal.remove(instanceTable, [instance.clusterId, instance.id]);
  }

  saveScalingGroup(cluster: CloudCluster, group: ScalingGroupRecord): ScalingGroupRecord {
    cluster.scalingGroups.set(group.nodePoolId, group);
    const key = [cluster.record.id, group.nodePoolId];
    this.parts.journal.put(scalingGroupTable, key, () => JSON.stringify(group));
    return group;
  }

  removeScalingGroup(cluster: CloudCluster, nodePoolId: string): void {
    cluster.scalingGroups.delete(nodePoolId);
    this.parts.journal.remove(scalingGroupTable, [cluster.record.id, nodePoolId]);
  }

  saveDetachedInstance(instance: DetachedInstanceRecord): DetachedInstanceRecord {
    this.detachedInstances.set(instance.id, instance);
    this.parts.journal.put(detachedInstanceTable, [instance.id], () => JSON.stringify(instance));
    return instance;
  }

  removeDetachedInstance({ id }: DetachedInstanceRecord): void {
    this.detachedInstances.delete(id);
    this.parts.journal.remove(detachedInstanceTable, [id]);
  }

  /** Removes a cluster and everything in it. */
  removeCluster(cluster: CloudCluster): void {
    this.containerUses.endAll(cluster.record.id);
    for (const pool of [...cluster.scalingGroups.keys()]) this.removeScalingGroup(cluster, pool);
    for (const instance of [...cluster.instances.values()]) this.removeInstance(cluster, instance);
    cluster.kubernetes.erase();
    this.addresses.releaseAll(cluster.record.id);
    cluster.kubernetes[Symbol.dispose]();
    this.clusters.delete(cluster.record.id);
    this.parts.journal.remove(clusterTable, [cluster.record.id]);
  }

  /** Whether the zone has an outage. */
  isLost(zoneId: string): boolean {
    return this.current.lostZones.includes(zoneId);
  }

  stockInUse(zoneId: string, instanceType: string): number {
    return this.inUse.get(`${zoneId}/${instanceType}`) ?? 0;
  }

  /** Resolves when all changes so far are durable. */
  durable(): Promise<void> {
    return this.parts.journal.durable();
  }

  [Symbol.dispose](): void {
    this.open = false;
    for (const { kubernetes } of this.clusters.values()) kubernetes[Symbol.dispose]();
  }

  private saveCertificates(id: string, certificates: unknown): void {
    const cluster = this.clusters.get(id);
    if (cluster) this.saveCluster(cluster, { certificates });
  }

  private saveFaults(id: string, faults: readonly InjectedFault[]): void {
    const cluster = this.clusters.get(id);
    if (cluster) this.saveCluster(cluster, { faults });
  }

  private count(instance: InstanceRecord | undefined, by: 1 | -1): void {
    if (!instance?.instanceType || !instance.zoneId || instance.state === 'FAILED') return;
    const key = `${instance.zoneId}/${instance.instanceType}`;
    this.inUse.set(key, (this.inUse.get(key) ?? 0) + by);
  }
}
