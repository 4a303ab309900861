import type { KubeObject } from '../kinds/object.js';

/** What happened to an object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly object: KubeObject;
  /** The object before, to tell whether it left or entered a selection. */
  readonly previous: KubeObject | undefined;
}

/** Changes that are kept at least, and at most, as long as their bytes allow. */
const MIN_CHANGES = 256;
const MAX_CHANGES = 10_000;

/** Characters of replaced and deleted versions that one kind of one cluster keeps. */
const MAX_SIZE = 8 * 1024 * 1024;

/**
 * The last changes of one kind in one cluster: what a watch replays. Keeps about three changes for each living
 * object, and fewer of large objects, so that writing them again and again does not fill the memory; a watch that
 * starts before them gets 410 Gone.
 */
export class History {
  private changes: Change[] = [];
  /** Changes up to and including this revision are forgotten. */
  private forgotten: number;
  /** Characters of the previous versions in `changes`: living objects are kept anyway. */
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
    // Forgetting in bulk keeps appending O(1).
    if (this.changes.length >= 2 * keep) this.forget(this.changes.length - keep);
    else if (this.size > MAX_SIZE) this.forget(this.oldest(this.size - MAX_SIZE / 2));
  }

  /** The first change after the revision, or undefined when there is none. The caller checks `start` first. */
  after(revision: number): Change | undefined {
    let low = 0;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.changes[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.changes[low];
  }

  /** How many of the oldest changes have at least this size; never the last change. */
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

/** Characters of all texts in a value, names included: about what it holds in memory. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let size = 0;
  for (const [name, entry] of Object.entries(value)) size += name.length + sizeOf(entry);
  return size;
}
