import type { KubeObject } from '../kinds/object.js';

/** What happened to an object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  readonly object: KubeObject;
  /** The object before, to tell whether it left or entered a selection. */
  readonly previous: KubeObject | undefined;
}

const LEAST = 256;
const MOST = 10_000;

/**
 * The last changes of one kind in one cluster: what a watch replays. Keeps about three changes for each living
 * object; a watch that starts before them gets 410 Gone.
 */
export class History {
  private changes: Change[] = [];
  /** Changes up to and including this revision are forgotten. */
  private forgotten: number;

  constructor(revision: number) {
    this.forgotten = revision;
  }

  /** The oldest revision from which a watch can start. */
  get start(): number {
    return this.forgotten;
  }

  append(change: Change, living: number): void {
    this.changes.push(change);
    const keep = Math.min(MOST, Math.max(LEAST, 3 * living));
    // Forgetting in bulk keeps appending O(1).
    if (this.changes.length < 2 * keep) return;
    const drop = this.changes.length - keep;
    this.forgotten = this.changes[drop - 1]?.revision ?? this.forgotten;
    this.changes = this.changes.slice(drop);
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
}
