import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';
import { noSuchPath } from '../kinds/status.js';
import { History, sizeOf, type Change } from './history.js';
import type { Journal, RevisionOwner } from '../../storage/journal.js';
import { objectTable } from '../../storage/tables.js';
import { StorageUsage, type TotalStorage } from './storage-usage.js';

export type ChangeListener = (change: Change) => void;

/** A listener to the changes of all kinds. */
export type AnyChangeListener = (type: ResourceType, change: Change) => void;

/** Reads the objects of a cluster: its store, or a cache of a real API server. */
export type ObjectReader = Pick<ClusterStore, 'get' | 'all' | 'count' | 'byUid'>;

interface Collection {
  readonly type: ResourceType;
  readonly objects: Map<string, KubeObject>;
  readonly history: History;
  readonly listeners: Set<ChangeListener>;
  readonly watchers: Set<() => void>;
  /** Called when the kind is removed. */
  readonly ends: Set<() => void>;
}

/**
 * The objects of one cluster in memory, written asynchronously through the journal. Controllers see changes
 * immediately (`onChange`); watches see them when they are durable (`onPublished`), so that a crash loses no change
 * that a client has seen.
 */
export class ClusterStore implements RevisionOwner {
  private readonly collections = new Map<string, Collection>();
  /** Kinds by `apps/Deployment`, `/Pod`: objects may be stored in an older version. */
  private readonly kinds = new Map<string, ResourceType>();
  private readonly anyListeners = new Set<AnyChangeListener>();
  private readonly owned = new Map<string, Set<KubeObject>>();
  private readonly uids = new Map<string, KubeObject>();
  private readonly usage: StorageUsage;
  private current: number;
  private durableRevision: number;
  private readonly journal: Journal;
  private closed = false;

  constructor(
    readonly id: string,
    types: Iterable<ResourceType>,
    revision: number,
    { journal, storage }: { readonly journal: Journal; readonly storage: TotalStorage },
  ) {
    this.journal = journal;
    this.usage = new StorageUsage(storage);
    this.current = revision;
    this.durableRevision = revision;
    for (const type of types) this.addType(type);
  }

  /** Stores objects of a kind from now on. Replaces the description of a kind that is there. */
  addType(type: ResourceType): void {
    const existing = this.collections.get(type.id);
    const fresh = {
      objects: new Map<string, KubeObject>(),
      history: new History(this.current),
      listeners: new Set<ChangeListener>(),
      watchers: new Set<() => void>(),
      ends: new Set<() => void>(),
    };
    this.collections.set(type.id, { ...(existing ?? fresh), type });
    this.kinds.set(kindKey(type.group, type.kind), type);
  }

  /** Forgets a kind and the objects that it still has, and ends what follows its changes. */
  removeType(type: ResourceType): void {
    if (this.closed) return;
    const collection = this.collections.get(type.id);
    for (const object of [...(collection?.objects.values() ?? [])]) this.remove(type, object);
    this.collections.delete(type.id);
    this.kinds.delete(kindKey(type.group, type.kind));
    for (const end of collection?.ends ?? []) end();
  }

  /** Calls the listener when the kind is removed. Returns a function that unsubscribes. */
  onTypeRemoved(type: ResourceType, listener: () => void): () => void {
    const { ends } = this.collection(type);
    ends.add(listener);
    return () => ends.delete(listener);
  }

  /** All kinds. */
  types(): ResourceType[] {
    return [...this.collections.values()].map(({ type }) => type);
  }

  /** The kind of a stored object; undefined if it was removed. */
  typeOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): ResourceType | undefined {
    const slash = apiVersion.indexOf('/');
    return this.kinds.get(kindKey(apiVersion.slice(0, Math.max(0, slash)), kind));
  }

  /** Calls the listener synchronously with each change of any kind, also of kinds that are added later. */
  onAnyChange(listener: AnyChangeListener): void {
    this.anyListeners.add(listener);
  }

  /** The last used revision, and the last durable one. */
  get revision(): number {
    return this.current;
  }
  get publishedRevision(): number {
    return this.durableRevision;
  }

  get<T extends KubeObject>(type: ResourceType<T>, namespace: string, name: string): T | undefined {
    return this.collection(type).objects.get(storeKey(namespace, name)) as T | undefined;
  }

  /** All objects of a kind, unordered. */
  all<T extends KubeObject>(type: ResourceType<T>): Iterable<T> {
    return this.collection(type).objects.values() as Iterable<T>;
  }

  /**
   * The objects of a kind as they were at a revision, unordered. The caller checks that the history begins before it:
   * its changes are undone.
   */
  at(type: ResourceType, revision: number): Iterable<KubeObject> {
    const { objects, history } = this.collection(type);
    const changes = history.since(revision);
    if (changes.length === 0) return objects.values();
    const past = new Map(objects);
    for (const { object, previous } of changes.toReversed()) {
      if (previous) past.set(keyOf(previous), previous);
      else past.delete(keyOf(object));
    }
    return past.values();
  }

  count(type: ResourceType): number {
    return this.collection(type).objects.size;
  }

  byUid(uid: string): KubeObject | undefined {
    return this.uids.get(uid);
  }

  /** The objects owned by the uid. */
  ownedBy(uid: string): readonly KubeObject[] {
    return [...(this.owned.get(uid) ?? [])];
  }

  /** The owned objects of one kind. */
  *ownedOf<T extends KubeObject>(type: ResourceType<T>, uid: string): Generator<T> {
    for (const object of this.owned.get(uid) ?? [])
      if (this.typeOf(object)?.id === type.id) yield object as unknown as T;
  }

  /** Whether the objects take as much as they may. Controllers store nevertheless; clients are refused. */
  get isFull(): boolean {
    return this.usage.isFull;
  }

  /** Adds an object that was read from the database, where it has this many characters, or that is not stored there. */
  load<T extends KubeObject>(type: ResourceType<T>, object: T, characters?: number): void {
    this.collection(type).objects.set(keyOf(object), object);
    this.index(object);
    if (characters !== undefined) this.usage.set(usageKey(type, object), characters);
  }

  /** Stores a new version (or the first one) with the next resourceVersion and returns it. */
  put<T extends KubeObject>(type: ResourceType<T>, object: T): T {
    const collection = this.collection(type);
    const key = keyOf(object);
    const previous = collection.objects.get(key);
    const revision = this.nextRevision();
    const stored: T = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: object.metadata.uid || randomUUID(),
        resourceVersion: String(revision),
      },
    };
    collection.objects.set(key, stored);
    if (previous) this.unindex(previous);
    // Its JSON is counted when it is written: a controller may create a hundred large pods before.
    else this.usage.set(usageKey(type, stored), sizeOf(stored));
    this.index(stored);
    // Serialised when the batch is written: only the last version of an object that changed repeatedly.
    this.journal.put(objectTable, this.rowKey(type, stored), () => {
      const text = JSON.stringify(collection.objects.get(key) ?? stored);
      if (!this.closed) this.usage.set(usageKey(type, stored), text.length);
      return text;
    });
    this.record(collection, { type: previous ? 'MODIFIED' : 'ADDED', revision, object: stored, previous });
    return stored;
  }

  /** Removes an object. */
  remove(type: ResourceType, object: KubeObject): void {
    const collection = this.collection(type);
    const previous = collection.objects.get(keyOf(object));
    if (!previous) return;
    const revision = this.nextRevision();
    collection.objects.delete(keyOf(object));
    this.unindex(previous);
    this.usage.delete(usageKey(type, previous));
    const last = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    this.journal.remove(objectTable, this.rowKey(type, previous));
    this.record(collection, { type: 'DELETED', revision, object: last, previous });
  }

  /** Calls the listener synchronously with each change of the kind. */
  onChange(type: ResourceType, listener: ChangeListener): void {
    this.collection(type).listeners.add(listener);
  }

  /** Calls the listener when changes of the kind may have become durable. Returns a function that unsubscribes. */
  onPublished(type: ResourceType, listener: () => void): () => void {
    const { watchers } = this.collection(type);
    watchers.add(listener);
    return () => watchers.delete(listener);
  }

  history(type: ResourceType): History {
    return this.collection(type).history;
  }

  /** Resolves when all changes so far are durable. */
  durable(): Promise<void> {
    return this.journal.durable();
  }

  /** Stops writing; the cluster is being deleted. */
  close(): void {
    this.closed = true;
    this.usage.clear();
    this.anyListeners.clear();
    for (const { listeners } of this.collections.values()) listeners.clear();
  }

  /** Deletes the rows of all objects, and closes. */
  erase(): void {
    for (const { type, objects } of this.collections.values()) {
      for (const object of objects.values()) this.journal.remove(objectTable, this.rowKey(type, object));
    }
    this.close();
  }

  private nextRevision(): number {
    if (this.closed) throw new Error(`the cluster ${this.id} is deleted`);
    this.current += 1;
    return this.current;
  }

  private record(collection: Collection, change: Change): void {
    collection.history.append(change, collection.objects.size);
    this.journal.mark(this, change.revision);
    for (const listener of collection.listeners) listener(change);
    for (const listener of this.anyListeners) listener(collection.type, change);
  }

  /** Called by the journal. */
  published(revision: number): void {
    this.durableRevision = revision;
    for (const { watchers } of this.collections.values()) for (const watcher of watchers) watcher();
  }

  private collection(type: ResourceType): Collection {
    const collection = this.collections.get(type.id);
    if (collection) return collection;
    // A definition may be deleted while a request for one of its objects waits for its body.
    throw type.custom ? noSuchPath() : new Error(`the store has no ${type.id}`);
  }

  private rowKey(type: ResourceType, { metadata }: KubeObject): readonly string[] {
    return [this.id, type.id, metadata.namespace ?? '', metadata.name];
  }

  private index(object: KubeObject): void {
    this.uids.set(object.metadata.uid, object);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const dependents = this.owned.get(uid);
      if (dependents) dependents.add(object);
      else this.owned.set(uid, new Set([object]));
    }
  }

  private unindex(object: KubeObject): void {
    this.uids.delete(object.metadata.uid);
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const dependents = this.owned.get(uid);
      dependents?.delete(object);
      if (dependents?.size === 0) this.owned.delete(uid);
    }
  }
}

function usageKey({ id }: ResourceType, object: KubeObject): string {
  return `${id} ${keyOf(object)}`;
}

function kindKey(group: string, kind: string): string {
  return `${group}/${kind}`;
}

export function storeKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** An object's key within its kind: `namespace/name`, with an empty namespace for cluster-scoped kinds. */
export function keyOf({ metadata }: KubeObject): string {
  return storeKey(metadata.namespace ?? '', metadata.name);
}

/** The namespace and name of a key. */
export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
