import type { ClientSubscription } from '../../subscriptions/client-subscription.js';

/** One of the operations of a connection; only subscriptions have a feed. */
interface Operation {
  readonly feed: ClientSubscription | undefined;
}

/**
 * Lets the operations of a connection go on until its network is behind again. Who has had a turn comes behind the
 * others the next time, so that a stream with much to tell holds up nobody.
 */
export function drainRoundRobin<T extends Operation>(
  operations: Map<string, T>,
  writer: { readonly needsDrain: boolean },
): void {
  for (const [id, operation] of [...operations]) {
    if (writer.needsDrain) return;
    if (operations.get(id) !== operation) continue;
    operations.delete(id);
    operations.set(id, operation);
    operation.feed?.ready();
  }
}
