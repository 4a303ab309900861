/** Events of a watch about a cluster. */
export type ChangeKind = 'ADDED' | 'MODIFIED' | 'DELETED';

/** A cluster as it is now, in the watcher's eyes. */
export interface ObservedCluster {
  readonly id: string;
  readonly resourceVersion: bigint;
  /** Whether the watcher's filter lets it through and it is not deleted. */
  readonly listed: boolean;
}

/**
 * What a watcher was sent, and so what it must be sent next. A watcher that resumes may have clusters that this
 * stream never showed it: for those in doubt a change comes as MODIFIED, and leaving the list as DELETED, whether it
 * had them or not; both are harmless to who did not.
 */
export class WatchedClusters {
  /** resourceVersion last shown, or null: the watcher certainly does not have it. */
  private readonly shown = new Map<string, bigint | null>();

  /** `inDoubt` says whether a watcher may have a cluster that was not shown to it. */
  constructor(private readonly inDoubt: (id: string) => boolean = () => false) {}

  /** The cluster was asked for just now: the watcher cannot have it. */
  requested(id: string): void {
    if (!this.shown.has(id)) this.shown.set(id, null);
  }

  /** What to tell; undefined when the watcher knows it all. */
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
