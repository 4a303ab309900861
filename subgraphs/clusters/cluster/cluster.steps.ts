import type { NewEvent, ReconcileScope } from '../../../engine/contract.js';
import type { Transaction } from '../../../kernel/database.js';
import type { Prisma } from '../reconcile/reconcile.store.js';
import type { Means, StepOutcome } from '../node-pool/node-pool.steps.js';
import { changeCluster, type ClusterView } from '../reconcile/reconcile.store.js';
import { admitting } from './cluster-states.js';
import { eventOf, type Subject } from '../reconcile/reconcile-events.js';

/** One cluster in one step: what was read, and with what to work on it. */
export interface ClusterStep extends ClusterView {
  readonly scope: ReconcileScope;
  readonly means: Means;
}

export type Step = (step: ClusterStep) => Promise<StepOutcome | undefined>;

/** Runs a change of the step's cluster; see `changeCluster`. */
export function inCluster(
  step: ClusterStep,
  work: (tx: Transaction, at: Date) => Promise<readonly NewEvent[]>,
): Promise<void> {
  return changeCluster(step.scope, step.cluster, work);
}

/** Writes fields of the locked cluster and raises its resourceVersion. Throws for a state that cannot follow. */
export async function setCluster(
  tx: Transaction,
  id: string,
  data: Prisma.ClusterUncheckedUpdateInput,
): Promise<void> {
  await tx.cluster.update({
    where: { id, ...admitting(data) },
    data: { ...data, resourceVersion: { increment: 1 } },
  });
}

/** What the step's events are about. */
export function subjectOf({ cluster, operation }: ClusterStep): Subject {
  return { cluster, operationId: operation?.id };
}

export function say(
  step: ClusterStep,
  type: string,
  message: string,
  more: Parameters<typeof eventOf>[3] = {},
): NewEvent {
  return eventOf(subjectOf(step), type, message, more);
}

/** Milliseconds until a time that the provider named, within bounds that keep looks neither frequent nor far apart. */
export function until(time: Date, now: Date): number {
  return Math.min(15_000, Math.max(100, time.getTime() - now.getTime()));
}
