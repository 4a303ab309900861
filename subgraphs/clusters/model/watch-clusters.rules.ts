/** Types of watch events about a cluster. */
export type ChangeKind = 'ADDED' | 'MODIFIED' | 'DELETED';

/** The current state of a cluster for one watcher. */
export interface ObservedCluster {
  readonly id: string;
  readonly resourceVersion: bigint;
  /** Whether the cluster matches the watcher's filter and is not deleted. */
  readonly listed: boolean;
}

/**
 * Tracks what a watcher was sent, to derive the next event. A resuming watcher may know clusters that this stream has
 * not sent: for those (`inDoubt`) a change is sent as MODIFIED and a removal as DELETED. Both are harmless to a
 * watcher without the cluster.
 */
export class WatchedClusters {
  /** The last sent resourceVersion by cluster id; null when the watcher certainly does not have the cluster. */
  private readonly shown = new Map<string, bigint | null>();

  /** `inDoubt` returns whether a watcher may have a cluster that this stream did not send. */
  constructor(private readonly inDoubt: (id: string) => boolean = () => false) {}

  /** Records that the creation of the cluster was just requested: the watcher cannot have it yet. */
  requested(id: string): void {
    if (!this.shown.has(id)) this.shown.set(id, null);
  }

  /** Whether this stream has sent the cluster and not its removal. */
  has(id: string): boolean {
    return this.shown.get(id) != null;
  }

  /** The event to send; undefined when the watcher is up to date. */
  see({ id, resourceVersion, listed }: ObservedCluster): ChangeKind | undefined {
    const recorded = this.shown.get(id);
    const had = recorded === undefined ? this.inDoubt(id) : recorded !== null;
    if (!listed) {
      this.shown.set(id, null);
      return had ? 'DELETED' : undefined;
    }
    this.shown.set(id, resourceVersion);
    if (!had) return 'ADDED';
    return recorded === resourceVersion ? undefined : 'MODIFIED';
  }
}
