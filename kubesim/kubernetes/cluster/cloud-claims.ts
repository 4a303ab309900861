import type { CloudResourceClaim, Grants } from '../../cluster-port.js';
import type { Service } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { REUSED_LOAD_BALANCER, reusesLoadBalancer, services } from '../kinds/services.js';
import { diskOf, storageClasses, type VolumeClaim, volumeClaims } from '../kinds/volumes.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** The provisioners of disks and of file systems. */
export const DISK_DRIVER = 'diskplugin.csi.alibabacloud.com';
export const NAS_DRIVER = 'nasplugin.csi.alibabacloud.com';

/** No load balancer has a longer id. */
const LONGEST_ID = 100;

/** Every load balancer and disk that the cluster's objects ask for or have. */
export function cloudResourceClaims(store: ClusterStore): CloudResourceClaim[] {
  const servers = store.count(nodes);
  return [
    ...[...store.all(services)].flatMap((service) => balancerClaim(service, servers)),
    ...[...store.all(volumeClaims)].filter((claim) => takesDisk(store, claim)).map(diskClaim),
  ];
}

function balancerClaim(service: Service, servers: number): CloudResourceClaim[] {
  const { metadata, spec } = service;
  if (spec.type !== 'LoadBalancer') return [];
  const { uid: id, namespace = '', name, annotations } = metadata;
  const kind = reusesLoadBalancer(service) ? 'REUSED_LOAD_BALANCER' : 'LOAD_BALANCER';
  const balancer = annotations?.[REUSED_LOAD_BALANCER]?.slice(0, LONGEST_ID) ?? null;
  return [{ id, kind, namespace, name, balancer, listeners: spec.ports?.length ?? 0, servers }];
}

function diskClaim({ metadata: { uid: id, namespace = '', name } }: VolumeClaim): CloudResourceClaim {
  return { id, kind: 'DISK', namespace, name, balancer: null, listeners: 0, servers: 0 };
}

/** Whether a disk is made for the claim, or has been: not for one of another kind of storage, or of a volume that was there. */
export function takesDisk(store: ClusterStore, claim: VolumeClaim): boolean {
  return makesItsVolume(claim) && isOfClass(store, claim, { prefix: 'alicloud-disk-', driver: DISK_DRIVER });
}

/** Whether a directory of a file system is made for the claim; that takes nothing of the cloud that is counted. */
export function takesFileSystem(store: ClusterStore, claim: VolumeClaim): boolean {
  return makesItsVolume(claim) && isOfClass(store, claim, { prefix: 'alicloud-nas', driver: NAS_DRIVER });
}

/** Whether the volume is not one that was there before the claim. */
function makesItsVolume(claim: VolumeClaim): boolean {
  return claim.spec.volumeName === undefined || claim.spec.volumeName === diskOf(claim);
}

/** A class is built in when its name has the prefix; other classes name the driver as their provisioner. */
function isOfClass(
  store: ClusterStore,
  { spec: { storageClassName = '' } }: VolumeClaim,
  { prefix, driver }: { readonly prefix: string; readonly driver: string },
): boolean {
  if (storageClassName.startsWith(prefix)) return true;
  return store.get(storageClasses, '', storageClassName)?.provisioner === driver;
}

/**
 * Whether objects may have what they ask for. In a cluster whose owner wants to be asked they wait for the answer; in
 * any other they may.
 */
export class GrantRegistry {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly read: () => Grants | undefined) {}

  isGranted(uid: string): boolean {
    const grants = this.read();
    return !grants || grants.granted.includes(uid);
  }

  /** Why it was refused; undefined when it was not. */
  refusal(uid: string): string | undefined {
    return this.read()?.refused[uid];
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  changed(): void {
    for (const listener of this.listeners) listener();
  }
}
