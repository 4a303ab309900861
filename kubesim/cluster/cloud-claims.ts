import { nodes } from '../kinds/nodes.js';
import { services } from '../kinds/services.js';
import { volumeClaims } from '../kinds/volumes.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** What the owner of a cluster has answered to what its objects ask of the cloud; both by the object's uid. */
export interface Grants {
  readonly granted: readonly string[];
  /** Why not. */
  readonly refused: Readonly<Record<string, string>>;
}

/** A thing of the cloud that an object of the cluster asks for. */
export interface CloudClaim {
  /** The object's uid. */
  readonly id: string;
  readonly kind: 'LOAD_BALANCER' | 'DISK';
  readonly namespace: string;
  readonly name: string;
  /** Of a load balancer; 0 of a disk. */
  readonly listeners: number;
  readonly servers: number;
}

/** Every load balancer and disk that the cluster's objects ask for or have. */
export function cloudClaims(store: ClusterStore): CloudClaim[] {
  const claims: CloudClaim[] = [];
  const servers = store.count(nodes);
  for (const { metadata, spec } of store.all(services)) {
    if (spec.type !== 'LoadBalancer') continue;
    const { uid: id, namespace = '', name } = metadata;
    claims.push({ id, kind: 'LOAD_BALANCER', namespace, name, listeners: spec.ports?.length ?? 0, servers });
  }
  for (const { metadata } of store.all(volumeClaims)) {
    const { uid: id, namespace = '', name } = metadata;
    claims.push({ id, kind: 'DISK', namespace, name, listeners: 0, servers: 0 });
  }
  return claims;
}

/**
 * Whether objects may have what they ask for. In a cluster whose owner wants to be asked they wait for the answer; in
 * any other they may.
 */
export class GrantBook {
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
