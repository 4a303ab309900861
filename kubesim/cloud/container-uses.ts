import type { Journal } from '../storage/journal.js';
import { containerUseTable } from '../storage/tables.js';

/** How long a container instance has run for a pod: what the cloud bills. */
export interface ContainerUse {
  readonly podUid: string;
  readonly clusterId: string;
  readonly account: string;
  /** What each container asks for. */
  readonly containers: readonly { readonly resources?: unknown }[];
  /** RFC 3339. */
  readonly startedAt: string;
  /** null while it runs. */
  readonly endedAt: string | null;
  /** Grows with each change of any of them. */
  readonly revision: number;
}

/** Uses in one answer at the most. */
const PAGE = 5_000;

/** Every use that runs, and those that have ended until the owner has read them. */
export class ContainerUses {
  private readonly uses = new Map<string, ContainerUse>();
  private revision = 0;

  constructor(
    private readonly journal: Pick<Journal, 'put' | 'remove'>,
    private readonly now: () => number,
  ) {}

  /** Takes over what was read. */
  load(use: ContainerUse): void {
    this.uses.set(use.podUid, use);
    this.revision = Math.max(this.revision, use.revision);
  }

  /** Records how a use stands; the first beginning and the first end count. */
  record(use: Omit<ContainerUse, 'revision'>): void {
    const known = this.uses.get(use.podUid);
    if (known && (known.endedAt !== null || use.endedAt === null)) return;
    this.save({ ...use, ...(known && { startedAt: known.startedAt }), revision: this.next() });
  }

  /** Ends what still runs in a cluster. */
  endAll(clusterId: string): void {
    const endedAt = new Date(this.now()).toISOString();
    for (const use of [...this.uses.values()])
      if (use.clusterId === clusterId && use.endedAt === null)
        this.save({ ...use, endedAt, revision: this.next() });
  }

  /** What has changed since a position, in order; whatever has ended up to it has been read and is forgotten. */
  since(position: number): { readonly uses: readonly ContainerUse[]; readonly position: number } {
    for (const { podUid, endedAt, revision } of [...this.uses.values()]) {
      if (endedAt === null || revision > position) continue;
      this.uses.delete(podUid);
      this.journal.remove(containerUseTable, [podUid]);
    }
    const uses = [...this.uses.values()]
      .filter(({ revision }) => revision > position)
      .sort((a, b) => a.revision - b.revision)
      .slice(0, PAGE);
    return { uses, position: uses.at(-1)?.revision ?? position };
  }

  private save(use: ContainerUse): void {
    this.uses.set(use.podUid, use);
    this.journal.put(containerUseTable, [use.podUid], () => JSON.stringify(use));
  }

  /** Never less than the time, so that it goes on growing when everything has been read and forgotten. */
  private next(): number {
    this.revision = Math.max(this.revision + 1, this.now());
    return this.revision;
  }
}
