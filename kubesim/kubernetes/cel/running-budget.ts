import type { Budget } from './budget.js';

let running: Budget | undefined;

/** Evaluates at the cost of a budget. Evaluation is synchronous, so one is running at a time. */
export function withBudget<T>(budget: Budget, evaluate: () => T): T {
  const outer = running;
  running = budget;
  try {
    return evaluate();
  } finally {
    running = outer;
  }
}

/** Takes steps from the budget of the running expression. */
export function spend(steps: number, ofRequest = steps): void {
  running?.spend(steps, ofRequest);
}
