import type { Cloud, CloudCluster } from './cloud.js';
import { updateControlPlaneIncidents } from './control-plane-incidents.js';
import { reportNode } from './node-status.js';
import { CloudApiError } from './records.js';

/** A zone and whether it works. */
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
 * Loses a zone, or brings it back, as a fault: what runs there stops answering at once (replicas of control planes,
 * kubelets), and nothing new starts there.
 */
export function setZone(cloud: Cloud, id: string, on: boolean): ZoneState {
  const zone = cloud.parts.catalog.zones.get(id);
  if (!zone) throw new CloudApiError(404, 'NOT_FOUND', `There is no zone ${id}.`);
  if (cloud.isLost(id) === on) {
    const others = cloud.settings.lostZones.filter((one) => one !== id);
    cloud.changeSettings({ lostZones: on ? others : [...others, id] });
    for (const cluster of cloud.clusters.values()) zoneChanged(cloud, cluster, id);
  }
  return { ...zone, on };
}

function zoneChanged(cloud: Cloud, cluster: CloudCluster, zoneId: string): void {
  updateControlPlaneIncidents(cloud, cluster);
  for (const instance of cluster.instances.values())
    if (instance.zoneId === zoneId) reportNode(cloud, cluster, instance);
}
