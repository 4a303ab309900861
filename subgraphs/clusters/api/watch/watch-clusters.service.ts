import type { LoggedEvent } from '../../../../engine/contract.js';
import type { Platform } from '../../../../engine/platform.js';
import { LogBookmark } from '../../../../engine/events/event-log.js';
import { setParentSpan } from '../../../../kernel/tracing/event-trace.js';
import type { RequestContext } from '../../../runtime/subgraph.js';
import type { ClusterListService } from '../cluster/cluster-list.service.js';
import {
  type ClusterFilter as VisibleClusters,
  containsCluster,
} from '../../../../access/model/cluster-filter.js';
import { accessChanged } from '../../../../access/model/access-changed.js';
import { reachOf } from '../../../runtime/access/reach.js';
import { matchesFilter } from '../../model/cluster-filter.js';
import type { ClusterFilter } from '../cluster/cluster.input.js';
import type { ClusterRow, ClusterStore } from '../../store/cluster.store.js';
import { openStream } from './event-stream.js';
import { type ChangeKind, WatchedClusters } from '../../model/watch-clusters.rules.js';
import { WatchCursors, type WatchPosition } from './watch-cursor.js';

/** Number of clusters per query of the snapshot. */
const BATCH = 200;

/** A value of the stream. */
export interface ClusterChangeValue {
  readonly type: ChangeKind | 'SYNCED' | 'BOOKMARK';
  readonly cluster: ClusterRow | null;
  readonly cursor: string;
}

export interface WatchRequest {
  readonly filter?: ClusterFilter | null;
  readonly after?: string | null;
}

interface Watch {
  readonly account: string;
  readonly filter: ClusterFilter;
  /** Clusters that the caller may see: the stream ends when they change. */
  readonly visible: VisibleClusters;
  readonly cursors: WatchCursors;
  readonly watched: WatchedClusters;
  readonly signal: AbortSignal;
}

/** Streams a list of clusters and its changes. */
export class WatchClustersService {
  constructor(
    private readonly platform: Platform,
    private readonly clusters: ClusterStore,
    private readonly lists: ClusterListService,
  ) {}

  /**
   * Yields each cluster of the list as ADDED, then SYNCED, then each change. With `after` it resumes at the cursor.
   * Rejects an invalid filter or cursor; the stream itself can fail with `CURSOR_EXPIRED`.
   */
  async open(context: RequestContext, request: WatchRequest): Promise<AsyncGenerator<ClusterChangeValue>> {
    const { account } = context.actor;
    const filter = await this.lists.checkedFilter(request.filter);
    const { clusters: visible } = await reachOf(context, 'clusters.read');
    const cursors = new WatchCursors(this.platform.cursors, account, {
      filter,
      // With other rights the watcher has another list, so it starts with a new snapshot.
      ...(visible !== 'all' && { rights: (await context.rights()).key(this.platform.clock.now()) }),
    });
    const resumed = request.after == null ? undefined : cursors.decode(request.after);
    // Read before the snapshot: later changes are in the event log as well, and are sent only once.
    const start = resumed ?? { sequence: await this.platform.events.head(account), snapshotAfter: '' };
    const { snapshotAfter } = start;
    const inDoubt = (id: string) => resumed !== undefined && (snapshotAfter === null || id <= snapshotAfter);
    const watched = new WatchedClusters(inDoubt);
    return openStream(context, (signal) =>
      this.stream({ account, filter, visible, cursors, watched, signal }, start),
    );
  }

  private async *stream(
    watch: Watch,
    start: WatchPosition,
  ): AsyncGenerator<ClusterChangeValue, void, undefined> {
    const { sequence, snapshotAfter } = start;
    if (snapshotAfter !== null) {
      yield* this.snapshot(watch, sequence, snapshotAfter);
      yield {
        type: 'SYNCED',
        cluster: null,
        cursor: watch.cursors.encode({ sequence, snapshotAfter: null }),
      };
    }
    yield* this.tail(watch, sequence);
  }

  private async *snapshot(
    watch: Watch,
    sequence: bigint,
    from: string,
  ): AsyncGenerator<ClusterChangeValue, void, undefined> {
    let snapshotAfter = from;
    for (;;) {
      const rows = await this.clusters.pageById({ ...watch, after: snapshotAfter, limit: BATCH });
      for (const cluster of rows) {
        snapshotAfter = cluster.id;
        const type = watch.watched.see({ ...cluster, listed: true });
        if (type) yield { type: 'ADDED', cluster, cursor: watch.cursors.encode({ sequence, snapshotAfter }) };
      }
      if (rows.length < BATCH) return;
    }
  }

  private async *tail(watch: Watch, after: bigint): AsyncGenerator<ClusterChangeValue, void, undefined> {
    const { account, signal, cursors } = watch;
    const at = ({ sequence }: { readonly sequence: bigint }) =>
      cursors.encode({ sequence, snapshotAfter: null });
    let sent = after;
    const steps = this.platform.events.followMapped(account, { after, signal }, async (event) => {
      const change = await this.changeOf(watch, event);
      if (!change) return undefined;
      sent = event.sequence;
      return setParentSpan({ ...change, cursor: at(event) }, event.traceparent);
    });
    for await (const step of steps) {
      if (!(step instanceof LogBookmark)) yield step;
      // Without skipped events the watcher already has a cursor for this position.
      else if (step.sequence > sent) yield { type: 'BOOKMARK', cluster: null, cursor: at(step) };
    }
  }

  private async changeOf(
    watch: Watch,
    event: LoggedEvent,
  ): Promise<Pick<ClusterChangeValue, 'type' | 'cluster'> | undefined> {
    const { account, filter, visible, watched } = watch;
    const { clusterId: id, category } = event;
    if (id === null || (category !== 'PROVISIONING' && category !== 'SCALING')) return undefined;
    if (isCreation(event)) watched.requested(id);
    const [cluster] = await this.clusters.byIds(account, [id]);
    if (!cluster) return undefined;
    const labels = cluster.labels as Readonly<Record<string, string>>;
    if (!containsCluster(visible, { ...cluster, labels })) {
      // Its labels have changed. The caller may not see the cluster as it is now.
      if (watched.has(id)) throw accessChanged();
      return undefined;
    }
    const listed = cluster.deletedAt === null && matchesFilter(cluster, filter);
    const type = watched.see({ ...cluster, listed });
    return type && { type, cluster };
  }
}

/** Whether the event is the first of its cluster. */
function isCreation({ type, data }: LoggedEvent): boolean {
  return (
    type === 'CLUSTER_REQUESTED' ||
    (type === 'OPERATION_PENDING' && data['operationType'] === 'CREATE_CLUSTER')
  );
}
