import { getHeapStatistics } from 'node:v8';

const MIB = 1024 * 1024;
/** Characters that an object counts at least: one without fields takes as much memory. */
const MIN_OBJECT = 1024;
/** MiB of one cluster by default; etcd has 2,048, but an object in memory is several times as large as its JSON. */
const DEFAULT_MIB = 256;
/** Part of the heap that the JSON of all clusters together may be. */
const HEAP_PART = 8;
/** MiB of a cluster that may be used although all clusters together are full. */
const RESERVED_MIB = 8;

/** Characters of JSON that clusters may store. */
export interface StorageQuota {
  readonly ofCluster: number;
  readonly ofAll: number;
  /** A cluster may store this much even if all together exceed theirs. */
  readonly reserved: number;
}

/** The quota of this process; `mib` is that of one cluster. */
export function storageQuota(mib = DEFAULT_MIB): StorageQuota {
  const ofAll = getHeapStatistics().heap_size_limit / HEAP_PART;
  return { ofCluster: mib * MIB, ofAll, reserved: RESERVED_MIB * MIB };
}

/** What the objects of all clusters of a process take together. */
export class TotalStorage {
  size = 0;

  constructor(readonly quota: StorageQuota) {}
}

/** Characters of the JSON of the objects of one cluster, as far as they are written. */
export class StorageUsage {
  private readonly sizes = new Map<string, number>();
  private size = 0;

  constructor(private readonly total: TotalStorage) {}

  /** Whether the cluster may store nothing more. */
  get isFull(): boolean {
    const { size, quota } = this.total;
    return this.size >= quota.ofCluster || (size >= quota.ofAll && this.size >= quota.reserved);
  }

  /** Records the characters of an object. */
  set(key: string, characters: number): void {
    const next = Math.max(MIN_OBJECT, characters);
    this.add(next - (this.sizes.get(key) ?? 0));
    this.sizes.set(key, next);
  }

  delete(key: string): void {
    this.add(-(this.sizes.get(key) ?? 0));
    this.sizes.delete(key);
  }

  clear(): void {
    this.add(-this.size);
    this.sizes.clear();
  }

  private add(characters: number): void {
    this.size += characters;
    this.total.size += characters;
  }
}
