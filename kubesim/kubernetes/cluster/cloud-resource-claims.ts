import type { CloudResourceClaim, Grants } from '../../cluster-port.js';
import type { Service } from '../kinds/core.js';
import { nodes } from '../kinds/nodes.js';
import { REUSED_LOAD_BALANCER, reusesLoadBalancer, services } from '../kinds/services.js';
import { diskOf, storageClasses, type VolumeClaim, volumeClaims } from '../kinds/volumes.js';
import type { ObjectReader } from '../store/cluster-store.js';

/** The provisioners of disks and of file systems. */
export const DISK_DRIVER = 'diskplugin.csi.alibabacloud.com';
export const NAS_DRIVER = 'nasplugin.csi.alibabacloud.com';

/** Maximum length of a load balancer id. */
const MAX_ID_LENGTH = 100;

/** Load balancers and disks that the cluster's objects request or have. */
export function cloudResourceClaims(store: ObjectReader): CloudResourceClaim[] {
  const backendServers = store.count(nodes);
  return [
    ...[...store.all(services)].flatMap((service) => balancerClaim(service, backendServers)),
    ...[...store.all(volumeClaims)].filter((claim) => claimsDisk(store, claim)).map(diskClaim),
  ];
}

function balancerClaim(service: Service, backendServers: number): CloudResourceClaim[] {
  const { metadata, spec } = service;
  if (spec.type !== 'LoadBalancer') return [];
  const { uid: id, namespace = '', name, annotations } = metadata;
  const kind = reusesLoadBalancer(service) ? 'REUSED_LOAD_BALANCER' : 'LOAD_BALANCER';
  const loadBalancerId = annotations?.[REUSED_LOAD_BALANCER]?.slice(0, MAX_ID_LENGTH) ?? null;
  return [{ id, kind, namespace, name, loadBalancerId, listeners: spec.ports?.length ?? 0, backendServers }];
}

function diskClaim({ metadata: { uid: id, namespace = '', name } }: VolumeClaim): CloudResourceClaim {
  return { id, kind: 'DISK', namespace, name, loadBalancerId: null, listeners: 0, backendServers: 0 };
}

/** Whether a disk is or was provisioned for the claim; not for other storage classes or existing volumes. */
export function claimsDisk(store: ObjectReader, claim: VolumeClaim): boolean {
  return (
    isDynamicallyProvisioned(claim) &&
    isOfClass(store, claim, { prefix: 'alicloud-disk-', driver: DISK_DRIVER })
  );
}

/** Whether a directory of a file system is provisioned for the claim; it does not count against a quota. */
export function claimsFileSystem(store: ObjectReader, claim: VolumeClaim): boolean {
  return (
    isDynamicallyProvisioned(claim) && isOfClass(store, claim, { prefix: 'alicloud-nas', driver: NAS_DRIVER })
  );
}

/** Whether the volume is provisioned for the claim, not an existing one. */
function isDynamicallyProvisioned(claim: VolumeClaim): boolean {
  return claim.spec.volumeName === undefined || claim.spec.volumeName === diskOf(claim);
}

/** Whether the claim's storage class is built in with the prefix, or has the driver as provisioner. */
function isOfClass(
  store: ObjectReader,
  { spec: { storageClassName = '' } }: VolumeClaim,
  { prefix, driver }: { readonly prefix: string; readonly driver: string },
): boolean {
  if (storageClassName.startsWith(prefix)) return true;
  return store.get(storageClasses, '', storageClassName)?.provisioner === driver;
}

/**
 * Grants of the objects' claims. In a cluster with grants, objects wait for the decision of the account; in other
 * clusters every claim is granted.
 */
export class GrantRegistry {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly read: () => Grants | undefined) {}

  isGranted(uid: string): boolean {
    const grants = this.read();
    return !grants || grants.granted.includes(uid);
  }

  /** Reason of the rejection; undefined if the claim was not rejected. */
  rejection(uid: string): string | undefined {
    return this.read()?.refused[uid];
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  changed(): void {
    for (const listener of this.listeners) listener();
  }
}
