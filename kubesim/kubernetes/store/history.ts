import type { KubeObject } from '../kinds/object.js';

/** A change of an object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly object: KubeObject;
  /** The previous version, to detect whether the object left or entered a selection. */
  readonly previous: KubeObject | undefined;
}

/** Minimum and maximum number of kept changes, within MAX_SIZE. */
const MIN_CHANGES = 256;
const MAX_CHANGES = 10_000;

/** Maximum number of characters of replaced and deleted versions per kind and cluster. */
const MAX_SIZE = 8 * 1024 * 1024;

/**
 * The last changes of one kind in one cluster, for watches. Keeps about three changes per existing object and fewer
 * of large objects, which limits the memory of repeated writes. A watch that starts before them gets 410 Gone.
 */
export class History {
  private changes: Change[] = [];
  /** Changes up to and including this revision were dropped. */
  private forgotten: number;
  /** Number of characters of the previous versions in `changes`; current versions are in memory anyway. */
  private size = 0;

  constructor(revision: number) {
    this.forgotten = revision;
  }

  /** The oldest revision from which a watch can start. */
  get start(): number {
    return this.forgotten;
  }

  append(change: Change, living: number): void {
    this.changes.push(change);
    this.size += sizeOf(change.previous);
    const keep = Math.min(MAX_CHANGES, Math.max(MIN_CHANGES, 3 * living));
    // Dropping in bulk keeps appending O(1).
    if (this.changes.length >= 2 * keep) this.forget(this.changes.length - keep);
    else if (this.size > MAX_SIZE) this.forget(this.oldest(this.size - MAX_SIZE / 2));
  }

  /** The first change after the revision; undefined if there is none. The caller checks `start` first. */
  after(revision: number): Change | undefined {
    return this.changes[this.placeAfter(revision)];
  }

  /** All changes after the revision. The caller checks `start` first. */
  since(revision: number): readonly Change[] {
    return this.changes.slice(this.placeAfter(revision));
  }

  private placeAfter(revision: number): number {
    let low = 0;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.changes[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Number of the oldest changes with at least this total size; never includes the last change. */
  private oldest(size: number): number {
    let count = 0;
    for (let found = 0; found < size && count < this.changes.length - 1; count += 1)
      found += sizeOf(this.changes[count]?.previous);
    return count;
  }

  private forget(count: number): void {
    this.forgotten = this.changes[count - 1]?.revision ?? this.forgotten;
    for (const { previous } of this.changes.slice(0, count)) this.size -= sizeOf(previous);
    this.changes = this.changes.slice(count);
  }
}

/** Number of characters of all strings in a value, including keys: an estimate of its memory. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let size = 0;
  for (const [name, entry] of Object.entries(value)) size += name.length + sizeOf(entry);
  return size;
}
