import type { NewEvent } from '../../../engine/contract.js';
import type { AccountKey } from '../../../engine/jobs/queue.js';
import { eventTransaction } from '../../../engine/events/event-transaction.js';
import type { Database } from '../../../kernel/postgres/database.js';
import type { EventReading } from '../model/kubernetes-event.rules.js';

/** The result of a read. */
export interface ReadEvents {
  readonly account: string;
  readonly at: Date;
  /** Uids to store; undefined if they have not changed. */
  readonly uids: readonly string[] | undefined;
  /** Events to append to the account's event log. */
  readonly events: readonly NewEvent[];
}

/** Stores which Kubernetes Events of clusters are in the event log. */
export class KubernetesEventStore {
  constructor(private readonly database: Database) {}

  async reading(clusterId: string): Promise<EventReading> {
    const row = await this.database.kubernetesEventReading.findUnique({ where: { clusterId } });
    return row ?? { clusterId, version: 0, uids: [] };
  }

  /**
   * Appends the new events and stores the uids in one transaction; does nothing if another engine has done so since
   * the read.
   */
  async advance(
    { clusterId, version }: EventReading,
    { account, at, uids, events }: ReadEvents,
  ): Promise<void> {
    await eventTransaction(this.database, at, async (tx) => {
      const next = { readAt: at, version: version + 1, ...(uids && { uids: [...uids] }) };
      const { count } =
        version === 0
          ? await tx.kubernetesEventReading.createMany({ data: { clusterId, ...next }, skipDuplicates: true })
          : await tx.kubernetesEventReading.updateMany({ where: { clusterId, version }, data: next });
      if (count === 1) tx.emit(account, ...events);
    });
  }

  /** Deletes the stored uids of a cluster. */
  async delete(clusterId: string): Promise<void> {
    await this.database.kubernetesEventReading.deleteMany({ where: { clusterId } });
  }

  /** Clusters that have an API and whose Events have not been read since `since`. */
  unread(since: Date): Promise<AccountKey[]> {
    return this.database.$queryRaw<AccountKey[]>`
      SELECT access.cluster_id AS id, access.account FROM engine.cluster_access AS access WHERE NOT EXISTS (
        SELECT FROM observability.kubernetes_event_reading AS reading
        WHERE reading.cluster_id = access.cluster_id AND reading.read_at >= ${since})`;
  }
}
