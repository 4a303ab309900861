import type { Budget } from '../../cel/budget.js';
import { compile, type Program } from '../../cel/program.js';
import {
  policyVariables,
  type Validation,
  type ValidatingAdmissionPolicy,
} from '../../kinds/admission-policies.js';

/** The values of the variables of a policy, as CEL has them. */
export type Values = Readonly<Record<string, unknown>>;

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
  private readonly conditions: readonly { readonly name: string; readonly program: Program }[];
  private readonly variables: readonly { readonly name: string; readonly program: Program }[];
  private readonly validations: readonly CompiledValidation[];
  private readonly ignoresErrors: boolean;

  constructor(policy: ValidatingAdmissionPolicy) {
    const { matchConditions = [], variables = [], validations = [], failurePolicy } = policy.spec;
    const types = policyVariables(policy);
    const named = (list: typeof variables) =>
      list.map(({ name, expression }) => ({ name, program: compile(expression, types) }));
    this.ignoresErrors = failurePolicy === 'Ignore';
    this.conditions = named(matchConditions);
    this.variables = named(variables);
    this.validations = validations.map((validation) => ({
      validation,
      program: compile(validation.expression, types),
      ...(validation.messageExpression && { message: compile(validation.messageExpression, types) }),
    }));
  }

  /** What a request violates. */
  failures(values: Values, budget: Budget): Failure[] {
    const isMatch = this.matches(values, budget);
    if (typeof isMatch === 'string') return this.errorOf(isMatch);
    if (!isMatch) return [];
    const all = { ...values, variables: this.variablesFor(values, budget) };
    return this.validations.flatMap((each) => this.failureOf(each, all, budget));
  }

  /** Whether all conditions are met; the error of one that could not be evaluated, unless another is not met. */
  private matches(values: Values, budget: Budget): boolean | string {
    let failed: string | undefined;
    for (const { name, program } of this.conditions) {
      try {
        if (program.evaluate({ ...values, variables: new Map() }, budget) === false) return false;
      } catch (error) {
        failed ??= `expression '${program.expression}' resulted in error: ${(error as Error).message} (matchCondition ${name})`;
      }
    }
    return failed ?? true;
  }

  /** The variables; one that cannot be evaluated is missing. */
  private variablesFor(values: Values, budget: Budget): Map<string, unknown> {
    const variables = new Map<string, unknown>();
    for (const { name, program } of this.variables) {
      try {
        variables.set(name, program.evaluate({ ...values, variables }, budget));
      } catch {
        variables.delete(name);
      }
    }
    return variables;
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
