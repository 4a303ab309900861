import type { EventCursors, StreamCursors } from '../../../../engine/events/event-cursor.js';
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
  private readonly cursors: StreamCursors;

  constructor(cursors: EventCursors, account: string, filter: ClusterFilter) {
    this.cursors = cursors.of({ account, field: 'watchClusters', args: { filter } });
  }

  encode({ sequence, snapshotAfter }: WatchPosition): string {
    return this.cursors.encode({ sequence, extra: snapshotAfter ?? undefined });
  }

  /** Refuses `INVALID_CURSOR`: malformed, tampered with, of another account or another filter. */
  decode(text: string): WatchPosition {
    const { sequence, extra } = this.cursors.decode(text);
    return { sequence, snapshotAfter: extra ?? null };
  }
}
