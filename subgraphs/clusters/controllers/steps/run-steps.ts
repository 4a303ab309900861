import { type ReconcileResult, requeueAfter } from '../../../../engine/contract.js';
import { Superseded } from '../../store/reconcile.store.js';

/** What a step answers: how its reconciliation ends, or that the next step is to be taken from what is there now. */
export type StepOutcome = ReconcileResult | 'again';

/** Maximum number of steps of one reconciliation; then other keys get their turn. */
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

/** Takes step after step until one ends the reconciliation. */
export function runSteps(next: () => Promise<StepOutcome>): Promise<ReconcileResult> {
  return unlessSuperseded(async () => {
    for (let count = 0; count < MAX_STEPS; count++) {
      const outcome = await next();
      if (outcome !== 'again') return outcome;
    }
    return requeueAfter(0);
  });
}
