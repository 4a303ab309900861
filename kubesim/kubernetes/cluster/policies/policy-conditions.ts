import type { Budget } from '../../cel/budget.js';
import { compile, type Program } from '../../cel/program.js';
import { type AdmissionPolicySpec, policyVariables } from '../../kinds/admission-policy-rules.js';
import type { Values } from './values.js';

interface NamedProgram {
  readonly name: string;
  readonly program: Program;
}

/** The compiled conditions and variables of a policy. */
export class PolicyConditions {
  private readonly conditions: readonly NamedProgram[];
  private readonly variables: readonly NamedProgram[];

  constructor(spec: AdmissionPolicySpec) {
    const { matchConditions = [], variables = [] } = spec;
    const types = policyVariables(spec);
    const named = (list: typeof variables) =>
      list.map(({ name, expression }) => ({ name, program: compile(expression, types) }));
    this.conditions = named(matchConditions);
    this.variables = named(variables);
  }

  /** Whether all conditions are met; the error of one that could not be evaluated, unless another is not met. */
  match(values: Values, budget: Budget): boolean | string {
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

  /** The variables. An expression that reads one that cannot be evaluated fails. */
  variablesFor(values: Values, budget: Budget): Map<string, unknown> {
    const variables = new Map<string, unknown>();
    const errors = new Map<string, string>();
    variables.get = (name) => {
      const error = errors.get(name);
      if (error === undefined) return Map.prototype.get.call(variables, name) as unknown;
      throw new Error(`composited variable ${JSON.stringify(name)} fails to evaluate: ${error}`);
    };
    for (const { name, program } of this.variables) {
      try {
        variables.set(name, program.evaluate({ ...values, variables }, budget));
      } catch (error) {
        errors.set(name, (error as Error).message);
      }
    }
    return variables;
  }
}
