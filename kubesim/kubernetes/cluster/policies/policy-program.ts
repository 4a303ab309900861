import type { Budget } from '../../cel/budget.js';
import { compile, type Program } from '../../cel/program.js';
import type { Validation, ValidatingAdmissionPolicy } from '../../kinds/admission-policies.js';
import { messageVariables, policyVariables } from '../../kinds/admission-policy-rules.js';
import { PolicyConditions } from './policy-conditions.js';
import type { Values } from './values.js';

/** A validation that failed, or could not be evaluated. */
export interface Failure {
  readonly message: string;
  readonly reason: string;
}

interface CompiledValidation {
  readonly validation: Validation;
  readonly program: Program;
  readonly message?: Program;
}

/** The longest message that an expression makes, in characters. */
const MAX_MESSAGE = 5 * 1024;

/** The compiled expressions of a policy. */
export class PolicyProgram {
  private readonly conditions: PolicyConditions;
  private readonly validations: readonly CompiledValidation[];
  private readonly ignoresErrors: boolean;

  constructor(policy: ValidatingAdmissionPolicy) {
    const { validations = [], failurePolicy } = policy.spec;
    const types = policyVariables(policy.spec);
    this.ignoresErrors = failurePolicy === 'Ignore';
    this.conditions = new PolicyConditions(policy.spec);
    this.validations = validations.map((validation) => ({
      validation,
      program: compile(validation.expression, types),
      ...(validation.messageExpression && {
        message: compile(validation.messageExpression, messageVariables(policy.spec)),
      }),
    }));
  }

  /** What a request violates. */
  failures(values: Values, budget: Budget): Failure[] {
    const isMatch = this.conditions.match(values, budget);
    if (typeof isMatch === 'string') return this.errorOf(isMatch);
    if (!isMatch) return [];
    const all = { ...values, variables: this.conditions.variablesFor(values, budget) };
    return this.validations.flatMap((each) => this.failureOf(each, all, budget));
  }

  private failureOf(
    { validation, program, message }: CompiledValidation,
    values: Values,
    budget: Budget,
  ): Failure[] {
    try {
      if (program.evaluate(values, budget) === true) return [];
    } catch (error) {
      return this.errorOf(
        `expression '${validation.expression}' resulted in error: ${(error as Error).message}`,
      );
    }
    const text = message && messageOf(message, values, budget);
    const fallback = validation.message?.trim() || `failed expression: ${validation.expression.trim()}`;
    return [{ message: text || fallback, reason: validation.reason ?? 'Invalid' }];
  }

  private errorOf(message: string): Failure[] {
    return this.ignoresErrors ? [] : [{ message, reason: 'Invalid' }];
  }
}

/** The message that an expression makes; undefined if it makes none of one line. */
function messageOf(program: Program, values: Values, budget: Budget): string | undefined {
  try {
    const text = program.evaluate(values, budget);
    if (typeof text !== 'string' || text.length > MAX_MESSAGE || text.includes('\n')) return undefined;
    return text.trim();
  } catch {
    return undefined;
  }
}
