import type { Log } from '../../kernel/log.js';
import type { Changed } from '../kubelet-client.js';
import type { KubeObject } from '../kubernetes/kinds/object.js';
import { groupVersion, type ResourceType } from '../kubernetes/kinds/resource.js';
import { keyOf, storeKey } from '../kubernetes/store/cluster-store.js';
import type { ClusterClient } from './cluster-client.js';

/** Milliseconds before the API server is asked again after a failure. */
const RETRY_MS = 500;
/** Objects of a page. */
const PAGE = 500;

interface ObjectList<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[];
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** The objects of a cache: those of a kind, or some of them. */
interface Selection<T extends KubeObject> {
  readonly type: ResourceType<T>;
  readonly fieldSelector?: string | undefined;
}

/**
 * The objects of one kind of a cluster, in memory. It lists them, then follows a watch; when the watch fails, it lists
 * them again and reports the differences.
 */
export class ObjectCache<T extends KubeObject> implements AsyncDisposable {
  private readonly objects = new Map<string, T>();
  private readonly uids = new Map<string, T>();
  private readonly listeners: ((change: Changed<T>) => void)[] = [];
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  private constructor(
    private readonly client: ClusterClient,
    private readonly selection: Selection<T>,
    private readonly log: Log,
  ) {}

  /** Resolves when the objects are read. */
  static async open<T extends KubeObject>(
    client: ClusterClient,
    selection: Selection<T>,
    log: Log,
  ): Promise<ObjectCache<T>> {
    const cache = new ObjectCache<T>(client, selection, log);
    const revision = await cache.list();
    cache.running = cache.follow(revision);
    return cache;
  }

  get size(): number {
    return this.objects.size;
  }

  get(namespace: string, name: string): T | undefined {
    return this.objects.get(storeKey(namespace, name));
  }

  byUid(uid: string): T | undefined {
    return this.uids.get(uid);
  }

  all(): Iterable<T> {
    return this.objects.values();
  }

  onChange(listener: (change: Changed<T>) => void): void {
    this.listeners.push(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Path and query of the objects. */
  private path(query: string): string {
    const { type, fieldSelector } = this.selection;
    const selector = fieldSelector === undefined ? '' : `&fieldSelector=${encodeURIComponent(fieldSelector)}`;
    return `${pathOf(type)}?${query}${selector}`;
  }

  private async list(): Promise<string> {
    const seen = new Set<string>();
    for (let next = ''; ;) {
      const query = `limit=${PAGE}${next && `&continue=${encodeURIComponent(next)}`}`;
      const path = this.path(query);
      const { type } = this.selection;
      const { status, body } = await this.client.call<ObjectList<T>>({ method: 'GET', path });
      if (status !== 200) throw new Error(`the API server returned ${status} for ${path}`);
      for (const item of body.items) {
        // Items of a list have no type of their own.
        const object = { ...item, apiVersion: groupVersion(type), kind: type.kind };
        seen.add(keyOf(object));
        this.put(object);
      }
      next = body.metadata.continue ?? '';
      if (next) continue;
      for (const [key, object] of this.objects) if (!seen.has(key)) this.remove(object);
      return body.metadata.resourceVersion;
    }
  }

  private async follow(start: string): Promise<void> {
    const { signal } = this.stopping;
    let revision: string | undefined = start;
    while (!signal.aborted) {
      try {
        revision = await this.watch(revision ?? (await this.list()));
      } catch (err) {
        if (signal.aborted) return;
        revision = undefined;
        this.log.debug(
          { err, kind: this.selection.type.kind },
          'a watch of a control plane failed; reading the objects again',
        );
        await new Promise((wake) => setTimeout(wake, RETRY_MS));
      }
    }
  }

  /** Follows a watch to its end. Returns the revision to continue from; undefined: the objects must be listed again. */
  private async watch(start: string): Promise<string | undefined> {
    let revision = start;
    const path = this.path(`watch=1&allowWatchBookmarks=true&resourceVersion=${revision}`);
    for await (const { type, object } of this.client.watch<WatchEvent<T>>(path, this.stopping.signal)) {
      if (type === 'ERROR') return undefined;
      revision = object.metadata.resourceVersion;
      if (type === 'DELETED') this.remove(object);
      else if (type !== 'BOOKMARK') this.put(object);
    }
    return revision;
  }

  private put(received: T): void {
    const object = withoutManagedFields(received);
    const key = keyOf(object);
    const previous = this.objects.get(key);
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    // Deleted and created again between two lists.
    const isOther = previous !== undefined && previous.metadata.uid !== object.metadata.uid;
    if (isOther) this.remove(previous);
    this.objects.set(key, object);
    this.uids.set(object.metadata.uid, object);
    this.notify({ object, previous: isOther ? undefined : previous, deleted: false });
  }

  private remove(object: T): void {
    if (!this.objects.delete(keyOf(object))) return;
    this.uids.delete(object.metadata.uid);
    this.notify({ object, previous: object, deleted: true });
  }

  private notify(change: Changed<T>): void {
    for (const listener of this.listeners) {
      try {
        listener(change);
      } catch (err) {
        this.log.error({ err, kind: this.selection.type.kind }, 'a listener of a cache failed');
      }
    }
  }
}

/** Nothing here reads the owners of fields, which are a third of a pod. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Path of a kind, such as `/api/v1/pods`, or of one of its objects. */
export function pathOf(
  { group, version, plural }: ResourceType,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name?: string } = {},
): string {
  const base = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${base}${scope}/${plural}${name === undefined ? '' : `/${name}`}`;
}
