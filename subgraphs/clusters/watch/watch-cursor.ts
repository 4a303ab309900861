import { createHash } from 'node:crypto';
import type { EventCursors } from '../../../kernel/event-cursor.js';
import { refuse } from '../../../kernel/result.js';
import type { ClusterFilter } from '../cluster/cluster.input.js';

/** Where a watch stands: in its snapshot (behind a cluster), or in the tail. */
export interface WatchPosition {
  /** Events up to here are in the snapshot or have been seen. */
  readonly sequence: bigint;
  /** Id of the last cluster of the snapshot that was seen; null: the snapshot is complete. */
  readonly snapshotAfter: string | null;
}

/**
 * Cursors of one account's watches with one filter. A cursor given while the snapshot is running goes on inside the
 * snapshot, so a watcher that is cut off there misses nothing; the position is signed with the rest.
 */
export class WatchCursors {
  private readonly filter: string;

  constructor(
    private readonly cursors: EventCursors,
    private readonly account: string,
    filter: ClusterFilter,
  ) {
    this.filter = createHash('sha256')
      .update(JSON.stringify(sorted(filter)))
      .digest('base64url');
  }

  encode({ sequence, snapshotAfter }: WatchPosition): string {
    const cursor = this.cursors.encode(this.scope(snapshotAfter), sequence);
    return snapshotAfter === null ? cursor : `${cursor}~${snapshotAfter}`;
  }

  /** Refuses `INVALID_CURSOR`: malformed, tampered with, of another account or another filter. */
  decode(text: string): WatchPosition {
    const [cursor = '', snapshotAfter = null, ...rest] = text.split('~');
    if (rest.length > 0) refuse('INVALID_CURSOR', 'The cursor is malformed.', { path: ['after'] });
    return { sequence: this.cursors.decode(this.scope(snapshotAfter), cursor), snapshotAfter };
  }

  private scope(snapshotAfter: string | null): string {
    return JSON.stringify([this.account, 'watchClusters', this.filter, snapshotAfter]);
  }
}

/** The same value with its keys in order and without what means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
