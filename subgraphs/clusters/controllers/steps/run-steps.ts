import { type ReconcileResult, requeueAfter } from '../../../../engine/contract.js';
import { Superseded } from '../../store/reconcile.store.js';

/** Result of a step: the result of the reconciliation, or `again` to read the state and take the next step. */
export type StepOutcome = ReconcileResult | 'again';

/** Maximum number of steps in one reconciliation, so that other keys are not delayed. */
const MAX_STEPS = 20;

/** Runs the steps; restarts immediately if the spec has changed concurrently. */
export async function unlessSuperseded(work: () => Promise<ReconcileResult>): Promise<ReconcileResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Superseded) return requeueAfter(0);
    throw error;
  }
}

/** Runs steps until one ends the reconciliation. */
export function runSteps(next: () => Promise<StepOutcome>): Promise<ReconcileResult> {
  return unlessSuperseded(async () => {
    for (let count = 0; count < MAX_STEPS; count++) {
      const outcome = await next();
      if (outcome !== 'again') return outcome;
    }
    return requeueAfter(0);
  });
}
