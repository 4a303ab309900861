import type { Log } from '../../kernel/log.js';
import type { Changed } from '../kubelet-client.js';
import { configMaps, secrets } from '../kubernetes/kinds/configuration.js';
import { nodes } from '../kubernetes/kinds/nodes.js';
import type { KubeObject } from '../kubernetes/kinds/object.js';
import { pods } from '../kubernetes/kinds/pods.js';
import type { ResourceType } from '../kubernetes/kinds/resource.js';
import { services } from '../kubernetes/kinds/services.js';
import { storageClasses, volumeClaims, volumes } from '../kubernetes/kinds/volumes.js';
import type { ObjectReader } from '../kubernetes/store/cluster-store.js';
import type { ClusterClient } from './cluster-client.js';
import { ObjectCache } from './object-cache.js';

/** Pods that are bound to a node; the cloud and the kubelets have nothing to do with others. */
const BOUND = 'spec.nodeName!=';

/** The objects of a real control plane that the cloud and the kubelets read, in memory: of pods, those that have a node. */
export class ClusterCache implements ObjectReader, AsyncDisposable {
  private readonly caches = new Map<string, ObjectCache<KubeObject>>();

  private constructor(
    private readonly client: ClusterClient,
    private readonly log: Log,
  ) {}

  /** Resolves when all objects are read. */
  static async open(client: ClusterClient, log: Log): Promise<ClusterCache> {
    const cache = new ClusterCache(client, log);
    try {
      await Promise.all([
        ...[cache.add(nodes), cache.add(pods, BOUND), cache.add(services)],
        ...[cache.add(configMaps), cache.add(secrets)],
        ...[cache.add(volumeClaims), cache.add(volumes), cache.add(storageClasses)],
      ]);
      return cache;
    } catch (error) {
      await cache[Symbol.asyncDispose]();
      throw error;
    }
  }

  get<T extends KubeObject>(type: ResourceType<T>, namespace: string, name: string): T | undefined {
    return this.of(type).get(namespace, name);
  }

  all<T extends KubeObject>(type: ResourceType<T>): Iterable<T> {
    return this.of(type).all();
  }

  count(type: ResourceType): number {
    return this.of(type).size;
  }

  byUid(uid: string): KubeObject | undefined {
    for (const cache of this.caches.values()) {
      const object = cache.byUid(uid);
      if (object) return object;
    }
    return undefined;
  }

  onChange<T extends KubeObject>(type: ResourceType<T>, listener: (change: Changed<T>) => void): void {
    this.of(type).onChange(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.caches.values()].map((cache) => cache[Symbol.asyncDispose]()));
  }

  private async add<T extends KubeObject>(type: ResourceType<T>, fieldSelector?: string): Promise<void> {
    const cache = await ObjectCache.open(this.client, { type, fieldSelector }, this.log);
    this.caches.set(type.id, cache as unknown as ObjectCache<KubeObject>);
  }

  private of<T extends KubeObject>(type: ResourceType<T>): ObjectCache<T> {
    const cache = this.caches.get(type.id);
    if (!cache) throw new Error(`${type.id} are not cached`);
    return cache as unknown as ObjectCache<T>;
  }
}
