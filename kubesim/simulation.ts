import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IssuerDocuments } from '../access/kubeconfig/token-issuer.js';
import type { Clock } from '../kernel/clock.js';
import type { Lease } from '../kernel/postgres/lease.js';
import type { Log } from '../kernel/log.js';
import { readCloudCatalog } from './catalog.js';
import { authoritySchema, createCertificateAuthority, type Authority } from './certificates.js';
import { Cloud } from './cloud/cloud.js';
import { resumeCluster } from './cloud/clusters.js';
import {
  checkClusterRecords,
  checkContainerUses,
  checkDetachedInstanceRecords,
  checkInstanceRecords,
  checkScalingGroupRecords,
} from './cloud/record-checks.js';
import type { ContainerUse } from './cloud/container-uses.js';
import type { DetachedInstanceRecord } from './cloud/records.js';
import type { ClusterRecord, InstanceRecord } from './cloud/records.js';
import type { ScalingGroupRecord } from './cloud/records.js';
import { ControlPlanes } from './control-planes/control-planes.js';
import { findPrograms } from './control-planes/programs.js';
import { RealCluster } from './control-planes/real-cluster.js';
import type { ClusterOptions, ClusterPort } from './cluster-port.js';
import type { SimulatedCluster } from './kubernetes/simulated-cluster.js';
import { QueueScheduler } from './kubernetes/cluster/work-queue.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';
import { defaultSettings, settingsSchema } from './settings.js';
import { Journal } from './storage/journal.js';
import {
  READ_CLUSTERS,
  READ_CONTAINER_USES,
  READ_INSTANCES,
  READ_DETACHED_INSTANCES,
  READ_SCALING_GROUPS,
  READ_SETTINGS,
  settingTable,
} from './storage/tables.js';
import { storageQuota, TotalStorage } from './kubernetes/store/storage-usage.js';
import { Timers } from './timers.js';

/** The simulation of one database, from the read of the database until the lease is lost or released. */
export interface Simulation extends AsyncDisposable {
  readonly cloud: Cloud;
  /** The Kubernetes of a cluster. */
  kubernetesOf(port: ClusterPort): SimulatedCluster | RealCluster | undefined;
  readonly authority: Authority;
  /** Resolves when the simulation fails: a write failed, or the lease is lost. */
  readonly ended: Promise<Error>;
}

/** The control planes of clusters. */
export interface ControlPlaneSettings {
  /** That of new clusters; existing ones keep theirs. */
  readonly kind: 'SIMULATED' | 'REAL';
  /** Folders of the programs of real ones, separated by colons; one for each version. */
  readonly programs: string | undefined;
  /** Folder of the files and data of real ones; each database has one of its own below it. */
  readonly folder: string;
}

export interface SimulationOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** New speed; default the stored one. */
  readonly speed?: number | undefined;
  readonly tokens: ServiceAccountTokens;
  /** The issuer of kubeconfigs' tokens, which real API servers trust. */
  readonly issuer: IssuerDocuments;
  /** Default: simulated control planes only. */
  readonly controlPlane?: ControlPlaneSettings | undefined;
  /** Hosts outside of the simulation at which webhooks may be called: `host` or `host:port`. Default none. */
  readonly webhookHosts?: readonly string[] | undefined;
  /** MiB of JSON that the objects of a simulated cluster may take. Default that of `storageQuota`. */
  readonly storageMib?: number | undefined;
}

/** What opens clusters with simulated control planes: a process with real ones alone does not load it. */
type SimulatedClusters = typeof import('./simulated-clusters.js');

const SIMULATED: ControlPlaneSettings = {
  kind: 'SIMULATED',
  programs: undefined,
  folder: join(tmpdir(), 'fleetgraph-control-planes'),
};

/** Reads the database and resumes the simulation. Writes use the lease's session. */
export async function openSimulation(lease: Lease, options: SimulationOptions): Promise<Simulation> {
  const { clock, log, tokens } = options;
  const { client } = lease;
  let end: (error: Error) => void = () => undefined;
  const ended = new Promise<Error>((resolve) => (end = resolve));
  const journal = new Journal(client, log, (error) => end(error));
  lease.lost.addEventListener('abort', () => journal.fail(new Error('the lease of the simulation is lost')));

  const { rows: entries } = await client.query<{ id: string; body: unknown }>(READ_SETTINGS);
  const stored = new Map(entries.map(({ id, body }) => [id, body]));
  const authority =
    authoritySchema.safeParse(stored.get('authority')).data ??
    (await createCertificateAuthority(clock.now()));
  if (!stored.has('authority')) journal.put(settingTable, ['authority'], () => JSON.stringify(authority));

  const timers = new Timers(clock);
  const turns = new QueueScheduler();
  const { webhookHosts = [], controlPlane = SIMULATED } = options;
  const storage = new TotalStorage(storageQuota(options.storageMib));
  const { kind, programs, folder } = controlPlane;
  // Each database has a folder of its own: another kubesim may share the state folder.
  const name = createHash('sha256').update(authority.cert).digest('hex').slice(0, 16);
  const controlPlanes = new ControlPlanes({
    programs,
    folder: join(folder, name),
    issuer: options.issuer,
    log,
  });
  const clusters = new WeakMap<ClusterPort, SimulatedCluster | RealCluster>();
  let simulated: SimulatedClusters | undefined;
  const loadControlPlane = async (kind: ControlPlaneSettings['kind']) => {
    if (kind === 'SIMULATED') simulated ??= await import('./simulated-clusters.js');
  };
  await loadControlPlane(kind);
  const openCluster = (options: ClusterOptions) => {
    if (options.hasRealControlPlane) {
      const cluster = new RealCluster(options, { controlPlanes, clock, timers, turns, log });
      clusters.set(cluster, cluster);
      return cluster;
    }
    if (!simulated) throw new Error('simulated control planes are not loaded');
    const dependencies = {
      journal,
      clock,
      timers,
      turns,
      log,
      caCertificate: authority.cert,
      tokens,
      webhookHosts,
      storage,
    };
    const cluster = simulated.openSimulatedCluster(options, dependencies);
    clusters.set(cluster, cluster);
    return cluster;
  };
  const kubernetesOf = (port: ClusterPort) => clusters.get(port);
  const parts = {
    clock,
    timers,
    log,
    journal,
    catalog: readCloudCatalog(),
    controlPlane: kind,
    builtVersions: kind === 'REAL' ? (await findPrograms(programs)).map(({ version }) => version) : [],
    openCluster,
    loadControlPlane,
  };
  const settings = settingsSchema.safeParse(stored.get('settings')).data ?? defaultSettings;
  const cloud = new Cloud(parts, { ...settings, speed: options.speed ?? settings.speed });
  await readClusters(lease, cloud, kubernetesOf);
  const real = [...cloud.clusters.values()].filter(({ record }) => record.controlPlane === 'REAL');
  await controlPlanes.clean(new Set(real.map(({ record }) => record.id)));
  for (const cluster of cloud.clusters.values()) resumeCluster(cloud, cluster);
  return {
    cloud,
    kubernetesOf,
    authority,
    ended,
    async [Symbol.asyncDispose]() {
      cloud[Symbol.dispose]();
      await controlPlanes[Symbol.asyncDispose]();
      timers[Symbol.dispose]();
      await journal.close();
    },
  };
}

async function readClusters(
  { client }: Lease,
  cloud: Cloud,
  kubernetesOf: Simulation['kubernetesOf'],
): Promise<void> {
  await readKubernetes(client, cloud, kubernetesOf);
  const instances = await client.query<{ cluster: string; id: string; body: InstanceRecord }>(READ_INSTANCES);
  for (const { cluster: id, body } of checkInstanceRecords(instances.rows)) {
    const cluster = cloud.clusters.get(id);
    if (cluster) cloud.load(cluster, body);
  }
  const groups = await client.query<{ cluster: string; body: ScalingGroupRecord }>(READ_SCALING_GROUPS);
  for (const { cluster, body } of checkScalingGroupRecords(groups.rows))
    cloud.clusters.get(cluster)?.scalingGroups.set(body.nodePoolId, body);
  const detached = await client.query<{ body: DetachedInstanceRecord }>(READ_DETACHED_INSTANCES);
  for (const { body } of checkDetachedInstanceRecords(detached.rows))
    cloud.detachedInstances.set(body.id, body);
  const uses = await client.query<{ body: ContainerUse }>(READ_CONTAINER_USES);
  for (const { body } of checkContainerUses(uses.rows)) cloud.containerUses.load(body);
}

/** Adds the clusters, those with simulated control planes with their objects. */
async function readKubernetes(
  client: Lease['client'],
  cloud: Cloud,
  kubernetesOf: Simulation['kubernetesOf'],
): Promise<void> {
  const clusters = await client.query<{ id: string; revision: string; body: ClusterRecord }>(READ_CLUSTERS);
  for (const { revision, body } of checkClusterRecords(clusters.rows)) {
    await cloud.parts.loadControlPlane(body.controlPlane ?? 'SIMULATED');
    const kubernetes = kubernetesOf(cloud.add(body, Number(revision)).kubernetes);
    if (!kubernetes || kubernetes instanceof RealCluster) continue;
    const { readObjects } = await import('./simulated-clusters.js');
    await readObjects(client, kubernetes);
  }
}
