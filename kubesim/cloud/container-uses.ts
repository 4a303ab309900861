import type { Journal } from '../storage/journal.js';
import { containerUseTable } from '../storage/tables.js';

/** Usage of a container instance by a pod; the cloud bills it. */
export interface ContainerUse {
  readonly podUid: string;
  readonly clusterId: string;
  readonly account: string;
  /** Resource requests of each container. */
  readonly containers: readonly { readonly resources?: unknown }[];
  /** RFC 3339. */
  readonly startedAt: string;
  /** null while it runs. */
  readonly endedAt: string | null;
  /** Position in the order of changes of all usage. */
  readonly revision: number;
}

/** Maximum number of usage records in a response. */
const PAGE_SIZE = 5_000;

/** Stores running usage, and ended usage until the owner has read it. */
export class ContainerUses {
  private readonly uses = new Map<string, ContainerUse>();
  private revision = 0;

  constructor(
    private readonly journal: Pick<Journal, 'put' | 'remove'>,
    private readonly now: () => number,
  ) {}

  /** Adds stored usage. */
  load(use: ContainerUse): void {
    this.uses.set(use.podUid, use);
    this.revision = Math.max(this.revision, use.revision);
  }

  /** Records usage; keeps the first start and the first end. */
  record(use: Omit<ContainerUse, 'revision'>): void {
    const recorded = this.uses.get(use.podUid);
    if (recorded && (recorded.endedAt !== null || use.endedAt === null)) return;
    this.save({ ...use, ...(recorded && { startedAt: recorded.startedAt }), revision: this.next() });
  }

  /** Ends the running usage of a cluster. */
  endAll(clusterId: string): void {
    const endedAt = new Date(this.now()).toISOString();
    for (const use of [...this.uses.values()])
      if (use.clusterId === clusterId && use.endedAt === null)
        this.save({ ...use, endedAt, revision: this.next() });
  }

  /**
   * Returns the changes after a position in order, and removes ended usage up to that position: the owner has read
   * it.
   */
  since(position: number): { readonly uses: readonly ContainerUse[]; readonly position: number } {
    for (const { podUid, endedAt, revision } of [...this.uses.values()]) {
      if (endedAt === null || revision > position) continue;
      this.uses.delete(podUid);
      this.journal.remove(containerUseTable, [podUid]);
    }
    const uses = [...this.uses.values()]
      .filter(({ revision }) => revision > position)
      .sort((a, b) => a.revision - b.revision)
      .slice(0, PAGE_SIZE);
    return { uses, position: uses.at(-1)?.revision ?? position };
  }

  private save(use: ContainerUse): void {
    this.uses.set(use.podUid, use);
    this.journal.put(containerUseTable, [use.podUid], () => JSON.stringify(use));
  }

  /** At least the current time, so that positions increase even after all usage was removed. */
  private next(): number {
    this.revision = Math.max(this.revision + 1, this.now());
    return this.revision;
  }
}
