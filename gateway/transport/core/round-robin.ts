import type { ClientSubscription } from '../../subscriptions/client-subscription.js';

/** An operation of a connection; only subscriptions have a `feed`. */
interface Operation {
  readonly subscription: ClientSubscription | undefined;
}

/**
 * Resumes the operations of a connection until it needs to drain again. An operation that had its turn moves to
 * the end of the order, so that a busy stream does not starve the others.
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
    operation.subscription?.ready();
  }
}
