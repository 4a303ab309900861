import type { NewEvent, ReconcileContext } from '../../../../engine/contract.js';
import type { KubernetesApis } from '../../../../engine/kubernetes/kubernetes-apis.js';
import type { InfrastructureProvider } from '../../../../engine/providers/infrastructure-provider.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Node } from '../../store/reconcile.store.js';
import { changePool, type PoolView } from '../../store/reconcile.store.js';

/** What reconcilers of clusters use besides the engine's scope. */
export interface ReconcilerDependencies {
  readonly provider: InfrastructureProvider;
  readonly kubernetes: KubernetesApis;
}

/** One pool in one step: what was read, and with what to work on it. */
export interface PoolStep extends PoolView {
  readonly scope: ReconcileContext;
  readonly dependencies: ReconcilerDependencies;
  readonly nodes: readonly Node[];
}

/** Runs a change of the step's pool; see `changePool`. */
export function inPool(
  step: PoolStep,
  work: (tx: EventTransaction, at: Date) => Promise<readonly NewEvent[]>,
): Promise<void> {
  return changePool(step.scope, step.pool, work);
}

/** Calls of the provider take at most this many nodes. */
const BATCH = 100;

export function batches<T>(items: readonly T[], size = BATCH): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
