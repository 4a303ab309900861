import type { NewEvent, ReconcileContext } from '../../../../engine/contract.js';
import type { KubernetesApis } from '../../../../engine/kubernetes/kubernetes-apis.js';
import type { InfrastructureProvider } from '../../../../engine/providers/infrastructure-provider.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Node } from '../../store/reconcile.store.js';
import { changePool, type PoolView } from '../../store/reconcile.store.js';

/** Dependencies of the cluster reconcilers in addition to the engine's context. */
export interface ReconcilerDependencies {
  readonly provider: InfrastructureProvider;
  readonly kubernetes: KubernetesApis;
}

/** A pool as read for one step, and its dependencies. */
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

/** Maximum number of nodes in one call of the provider. */
const BATCH = 100;

export function batches<T>(items: readonly T[], size = BATCH): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
