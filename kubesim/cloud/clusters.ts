import { minorNumber, supportsVersion } from '../catalog.js';
import type { Cloud, CloudCluster } from './cloud.js';
import { applyControlPlane, newReplicas } from './control-plane.js';
import { updateControlPlaneIncidents } from './control-plane-incidents.js';
import type { ClusterBody } from './request-schemas.js';
import { chance } from '../random.js';
import { resumeInstances } from './instances.js';
import { putMasters } from './instance-creation.js';
import { detachInstance } from './detached-instances.js';
import { CloudApiError, type ClusterRecord } from './records.js';

/** Simulated seconds of a control plane upgrade, and of a cluster deletion. */
const UPGRADE_SECONDS = 60;
const DELETION_SECONDS = 15;

/** Creates a cluster whose control plane is loaded, or returns the existing one with the id. Throws CloudApiError. */
export function putCluster(cloud: Cloud, id: string, body: ClusterBody): CloudCluster {
  const existing = cloud.clusters.get(id);
  if (existing) return existingCluster(existing, body);
  checkBody(cloud, body);
  const now = cloud.now();
  const readyAt = now + cloud.span(cloud.settings.bootSeconds.controlPlane, id);
  const controlPlane = controlPlaneOf(cloud, body);
  checkControlPlane(cloud, controlPlane, body.version);
  const replicas = newReplicas(cloud, body.regionId, body.masters);
  const { grantsNeeded, ...shape } = body;
  const grants = grantsNeeded ? { granted: [], refused: {} } : undefined;
  const record: ClusterRecord = {
    id,
    ...shape,
    grants,
    replicas,
    controlPlane,
    state: 'CREATING',
    createdAt: now,
    readyAt,
  };
  const cluster = cloud.add(record, 0);
  cloud.saveCluster(cluster, {});
  putMasters(cloud, cluster);
  scheduleTransition(cloud, cluster);
  return cluster;
}

/** The control plane of a new cluster. The scheduler of a real one needs nodes, which serverless clusters do not have. */
export function controlPlaneOf(
  { parts }: Cloud,
  { controlPlane, serverless }: Pick<ClusterBody, 'controlPlane' | 'serverless'>,
): 'SIMULATED' | 'REAL' {
  return serverless ? 'SIMULATED' : (controlPlane ?? parts.controlPlane);
}

function existingCluster(existing: CloudCluster, body: ClusterBody): CloudCluster {
  const { account, regionId, state } = existing.record;
  if (state === 'DELETING') throw new CloudApiError(409, 'CLUSTER_DELETING', 'The cluster is being deleted.');
  if (account === body.account && regionId === body.regionId) return existing;
  throw new CloudApiError(409, 'ID_TAKEN', 'Another cluster has this id.');
}

function checkBody(cloud: Cloud, body: ClusterBody): void {
  const { zones } = cloud.parts.catalog;
  const wrong = body.zoneIds.find((zone) => zones.get(zone)?.regionId !== body.regionId);
  if (wrong !== undefined)
    throw new CloudApiError(422, 'UNKNOWN_ZONE', `The region ${body.regionId} has no zone ${wrong}.`);
  checkVersion(cloud, body.version);
  if (body.controlPlane === 'REAL' && cloud.parts.controlPlane !== 'REAL')
    throw new CloudApiError(
      422,
      'NO_REAL_CONTROL_PLANE',
      'This cloud has no real control planes (CONTROL_PLANE).',
    );
}

function checkVersion(cloud: Cloud, version: string): void {
  if (supportsVersion(cloud.parts.catalog, version)) return;
  throw new CloudApiError(422, 'UNKNOWN_VERSION', `Kubernetes version ${version} does not exist.`);
}

/** A real control plane has the minor version of its cluster. */
function checkControlPlane({ parts }: Cloud, kind: ClusterRecord['controlPlane'], version: string): void {
  const { builtVersions } = parts;
  const isBuilt = builtVersions.some((built) => minorNumber(built) === minorNumber(version));
  // With CONTROL_PLANE=simulated, which existing clusters survive, it is not known what is built.
  if (kind !== 'REAL' || parts.controlPlane !== 'REAL' || isBuilt) return;
  const message = `This cloud has no control plane of Kubernetes ${version}; it has ${builtVersions.join(', ')}.`;
  throw new CloudApiError(422, 'VERSION_NOT_BUILT', message);
}

/** Returns the cluster. Throws CloudApiError if it does not exist. */
export function clusterOf(cloud: Cloud, id: string): CloudCluster {
  const cluster = cloud.clusters.get(id);
  if (cluster) return cluster;
  throw new CloudApiError(404, 'NOT_FOUND', `Cluster ${id} not found.`);
}

/** Starts an upgrade of the control plane. Idempotent for a version. */
export function upgradeCluster(cloud: Cloud, id: string, version: string): CloudCluster {
  const cluster = clusterOf(cloud, id);
  const { record } = cluster;
  checkVersion(cloud, version);
  if (record.targetVersion === version || (record.version === version && !record.targetVersion))
    return cluster;
  if (record.state !== 'RUNNING') {
    throw new CloudApiError(
      409,
      'INVALID_STATE',
      `The cluster is ${record.state}; only a running one can be upgraded.`,
    );
  }
  checkControlPlane(cloud, record.controlPlane, version);
  const readyAt = cloud.now() + cloud.span(UPGRADE_SECONDS, `${id}/${version}`);
  cloud.saveCluster(cluster, { state: 'UPGRADING', targetVersion: version, readyAt });
  scheduleTransition(cloud, cluster);
  return cluster;
}

/** Cancels a running or failed upgrade: the control plane returns to its version. Idempotent. */
export function cancelUpgrade(cloud: Cloud, id: string): CloudCluster {
  const cluster = clusterOf(cloud, id);
  if (cluster.record.targetVersion === undefined) return cluster;
  const change = { state: 'UPGRADING', targetVersion: undefined, failure: undefined } as const;
  cloud.saveCluster(cluster, { ...change, readyAt: cloud.now() });
  scheduleTransition(cloud, cluster);
  return cluster;
}

/** Starts the migration of the control plane to another edition; the API stays available. Idempotent. */
export function migrateCluster(cloud: Cloud, id: string, edition: 'STANDARD' | 'PRO'): CloudCluster {
  const cluster = clusterOf(cloud, id);
  const { record } = cluster;
  if ((record.targetEdition ?? record.edition ?? 'STANDARD') === edition) return cluster;
  if (record.state !== 'RUNNING') {
    const message = `The cluster is ${record.state}; only a running one can be migrated.`;
    throw new CloudApiError(409, 'INVALID_STATE', message);
  }
  const readyAt = cloud.now() + cloud.span(UPGRADE_SECONDS, `${id}/${edition}`);
  cloud.saveCluster(cluster, { state: 'UPGRADING', targetEdition: edition, readyAt });
  scheduleTransition(cloud, cluster);
  return cluster;
}

/** Starts the deletion of a cluster; undefined if it does not exist. */
export function deleteCluster(cloud: Cloud, id: string): CloudCluster | undefined {
  const cluster = cloud.clusters.get(id);
  if (!cluster || cluster.record.state === 'DELETING') return cluster;
  if (chance(cloud.settings.seed, `delete/${id}`) < cloud.settings.deletionFailureRate)
    throw new CloudApiError(422, 'RESOURCE_IN_USE', `Resources of the cluster are still in use: ${id}.`);
  cloud.saveCluster(cluster, {
    state: 'DELETING',
    readyAt: cloud.now() + cloud.span(DELETION_SECONDS, `${id}/delete`),
  });
  scheduleTransition(cloud, cluster);
  return cluster;
}

/** Resumes the transition of a stored cluster. */
export function resumeCluster(cloud: Cloud, cluster: CloudCluster): void {
  const { state } = cluster.record;
  if (state !== 'CREATING' && state !== 'DELETING') {
    cluster.kubernetes.start(false);
    for (const run of cluster.kubernetes.containerInstanceRuns()) cloud.recordContainerUse(cluster, run);
    if (cluster.record.masters === 0) applyControlPlane(cloud, cluster);
  }
  resumeInstances(cloud, cluster);
  scheduleTransition(cloud, cluster);
}

function scheduleTransition(cloud: Cloud, cluster: CloudCluster): void {
  const { state, readyAt, version, targetVersion } = cluster.record;
  if (state === 'RUNNING' || state === 'FAILED') return;
  const complete = (failure?: string) =>
    cloud.at(readyAt, () => {
      // A later request may have changed the state and scheduled its own step.
      if (cluster.record.state === state && cluster.record.readyAt === readyAt)
        completeTransition(cloud, cluster, failure);
    });
  if (state === 'CREATING') cluster.kubernetes.whenServing(complete);
  else if (state === 'UPGRADING') cluster.kubernetes.runVersion(targetVersion ?? version, complete);
  else complete();
}

/** `failure`: why the control plane does not have the target version. */
function completeTransition(cloud: Cloud, cluster: CloudCluster, failure?: string): void {
  const { state } = cluster.record;
  if (state === 'DELETING') {
    for (const instance of cluster.instances.values()) detachInstance(cloud, cluster, instance);
    return cloud.removeCluster(cluster);
  }
  if (state === 'UPGRADING') return completeUpgrade(cloud, cluster, failure);
  cloud.saveCluster(cluster, { state: 'RUNNING' });
  cluster.kubernetes.start(true);
  resumeInstances(cloud, cluster);
  // A zone may have failed during the transition.
  updateControlPlaneIncidents(cloud, cluster);
}

function completeUpgrade(cloud: Cloud, cluster: CloudCluster, failure: string | undefined): void {
  const { targetVersion, version, targetEdition, edition } = cluster.record;
  if (failure !== undefined || (targetVersion !== undefined && upgradeFails(cloud, cluster))) {
    cloud.saveCluster(cluster, { state: 'FAILED', failure });
    return;
  }
  cloud.saveCluster(cluster, {
    state: 'RUNNING',
    version: targetVersion ?? version,
    targetVersion: undefined,
    edition: targetEdition ?? edition,
    targetEdition: undefined,
    failure: undefined,
  });
  for (const instance of cluster.instances.values()) {
    if (!instance.master) continue;
    cloud.saveInstance(cluster, { ...instance, version: cluster.record.version });
    cluster.kubernetes.setKubeletVersion(instance.name, cluster.record.version);
  }
}

/** Whether the upgrade of the control plane fails, by the settings. */
function upgradeFails({ settings }: Cloud, { record: { id, targetVersion } }: CloudCluster): boolean {
  return chance(settings.seed, `control-plane/${id}/${targetVersion}`) < settings.controlPlaneFailureRate;
}
