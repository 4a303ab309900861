import type { EventType } from '../../../../engine/events/event-kinds.js';
import type { NewEvent, ReconcileContext } from '../../../../engine/contract.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { ReconcilerDependencies } from './node-pool-step.js';
import type { StepOutcome } from './run-steps.js';
import { changeCluster, type ClusterView } from '../../store/reconcile.store.js';
import { eventOf, type Subject } from '../../model/cluster-events.js';

/** A cluster as read for one step, and its dependencies. */
export interface ClusterStep extends ClusterView {
  readonly scope: ReconcileContext;
  readonly dependencies: ReconcilerDependencies;
}

export type Step = (step: ClusterStep) => Promise<StepOutcome | undefined>;

/** Runs a change of the step's cluster; see `changeCluster`. */
export function inCluster(
  step: ClusterStep,
  work: (tx: EventTransaction, at: Date) => Promise<readonly NewEvent[]>,
): Promise<void> {
  return changeCluster(step.scope, step.cluster, work);
}

/** Subject of the step's events. */
function subjectOf({ cluster, operation }: ClusterStep): Subject {
  return { cluster, operationId: operation?.id };
}

export function clusterEvent(
  step: ClusterStep,
  type: EventType,
  message: string,
  more: Parameters<typeof eventOf>[3] = {},
): NewEvent {
  return eventOf(subjectOf(step), type, message, more);
}

/** Milliseconds until a time that the provider returned, at least 100 and at most 15,000. */
export function until(time: Date, now: Date): number {
  return Math.min(15_000, Math.max(100, time.getTime() - now.getTime()));
}
