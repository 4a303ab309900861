import type { Cloud, CloudCluster } from './cloud.js';
import { updateControlPlaneIncidents } from './control-plane-incidents.js';
import { reportNode } from './node-status.js';
import { CloudApiError } from './records.js';

/** A zone and whether it is available. */
export interface ZoneState {
  readonly id: string;
  readonly regionId: string;
  readonly on: boolean;
}

/** Every zone of the cloud. */
export function zones(cloud: Cloud): ZoneState[] {
  return [...cloud.parts.catalog.zones.values()].map((zone) => ({ ...zone, on: !cloud.isLost(zone.id) }));
}

/**
 * Starts or ends a zone outage, as a fault: replicas of control planes and kubelets in the zone do not respond, and no
 * instance starts there.
 */
export function setZone(cloud: Cloud, id: string, on: boolean): ZoneState {
  const zone = cloud.parts.catalog.zones.get(id);
  if (!zone) throw new CloudApiError(404, 'NOT_FOUND', `Zone ${id} not found.`);
  if (cloud.isLost(id) === on) {
    const others = cloud.settings.lostZones.filter((zoneId) => zoneId !== id);
    cloud.changeSettings({ lostZones: on ? others : [...others, id] });
    for (const cluster of cloud.clusters.values()) applyZoneState(cloud, cluster, id);
  }
  return { ...zone, on };
}

function applyZoneState(cloud: Cloud, cluster: CloudCluster, zoneId: string): void {
  updateControlPlaneIncidents(cloud, cluster);
  for (const instance of cluster.instances.values())
    if (instance.zoneId === zoneId) reportNode(cloud, cluster, instance);
}
