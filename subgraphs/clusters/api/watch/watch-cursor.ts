import type { EventCursors, StreamCursors } from '../../../../engine/events/event-cursor.js';
import type { ClusterFilter } from '../cluster/cluster.input.js';

/** The position of a watch: within its snapshot (after a cluster), or in the event log. */
export interface WatchPosition {
  /** Events up to this one are in the snapshot or were sent. */
  readonly sequence: bigint;
  /** Id of the last cluster of the snapshot that was sent; null: the snapshot is complete. */
  readonly snapshotAfter: string | null;
}

/** What distinguishes watches of an account. */
export interface WatchScope {
  readonly filter: ClusterFilter;
  /** Rights of a watcher that may not see all clusters. */
  readonly rights?: string;
}

/**
 * Cursors of one account's watches with one filter and the same rights. A cursor from within the snapshot resumes within the snapshot, so
 * an interrupted watcher misses nothing; its position is signed like the rest of the cursor.
 */
export class WatchCursors {
  private readonly cursors: StreamCursors;

  constructor(cursors: EventCursors, account: string, scope: WatchScope) {
    this.cursors = cursors.of({ account, field: 'watchClusters', args: scope });
  }

  encode({ sequence, snapshotAfter }: WatchPosition): string {
    return this.cursors.encode({ sequence, extra: snapshotAfter ?? undefined });
  }

  /** Rejects with `INVALID_CURSOR` a cursor that is malformed, modified, or of another account, filter or rights. */
  decode(text: string): WatchPosition {
    const { sequence, extra } = this.cursors.decode(text);
    return { sequence, snapshotAfter: extra ?? null };
  }
}
