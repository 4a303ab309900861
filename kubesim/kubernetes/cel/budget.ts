/** What an expression that cost more than it may says. */
export const OUT_OF_BUDGET_TEXT = 'operation cancelled: actual cost limit exceeded';

/** The evaluation cost more than it may. */
export class OutOfBudgetError extends Error {
  constructor() {
    super(OUT_OF_BUDGET_TEXT);
    this.name = 'OutOfBudgetError';
  }
}

/** The operators && and || of CEL and its quantifiers continue after an error: the same one costs no stack trace. */
const OUT_OF_BUDGET = new OutOfBudgetError();

/** Steps that all expressions of one request may take: some tens of milliseconds. */
const REQUEST_STEPS = 500_000;

/** Steps that one expression may take. */
const EXPRESSION_STEPS = 100_000;

/** Counts the steps of expressions: a step is one operation, ten characters or one element of a list. */
export class Budget {
  private left = REQUEST_STEPS;
  private leftOfExpression = 0;
  private isExhausted = false;

  /** Starts to count the steps of an expression. */
  start(): void {
    this.leftOfExpression = Math.min(this.left, EXPRESSION_STEPS);
    this.isExhausted = false;
  }

  /** Takes steps of work for the request that no expression does. */
  charge(steps: number): void {
    this.left -= steps;
  }

  /** Takes steps, of the request another number if it is given. Throws OutOfBudgetError if fewer are left, and at each later call for the expression. */
  spend(steps: number, ofRequest = steps): void {
    this.left -= ofRequest;
    this.leftOfExpression -= steps;
    if (this.leftOfExpression >= 0) return;
    this.isExhausted = true;
    throw OUT_OF_BUDGET;
  }

  /** Throws OutOfBudgetError if steps were refused, whatever the expression made of the error. */
  check(): void {
    if (this.isExhausted) throw OUT_OF_BUDGET;
  }
}
