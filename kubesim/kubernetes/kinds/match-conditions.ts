import { compile, type Variables } from '../cel/program.js';
import { duplicate, formatCauses, invalidValue, required, tooMany } from '../schema/causes.js';
import { qualifiedName } from './formats.js';
import type { Cause } from './resource.js';

/** A named expression in CEL. */
export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

/** The most conditions of a webhook or a policy: each is evaluated for each request. */
const MAX_CONDITIONS = 64;

/** Validates the conditions in CEL under which a webhook or a policy is for a request. */
export function matchConditionCauses(
  field: string,
  conditions: readonly NamedExpression[] = [],
  variables: Variables,
): Cause[] {
  if (conditions.length > MAX_CONDITIONS) return [tooMany(field, conditions.length, MAX_CONDITIONS)];
  const names = new Set<string>();
  return conditions.flatMap(({ name, expression }, index) => {
    const at = `${field}[${index}]`;
    const isTwice = names.has(name);
    names.add(name);
    return [
      ...(expression?.trim()
        ? expressionCauses(expression, `${at}.expression`, { type: 'bool', variables })
        : [required(`${at}.expression`)]),
      ...(name ? formatCauses(`${at}.name`, name, qualifiedName) : [required(`${at}.name`)]),
      ...(name && isTwice ? [duplicate(`${at}.name`, name)] : []),
    ];
  });
}

/** Validates an expression, and the type of its result if it must have one. */
export function expressionCauses(
  expression: string | undefined,
  field: string,
  { type, variables }: { readonly type?: string | undefined; readonly variables: Variables },
): Cause[] {
  if (!expression?.trim()) return [required(field, 'expression is not specified')];
  try {
    const program = compile(expression, variables);
    if (type === undefined || program.type === type || program.type === 'dyn') return [];
    return [invalidValue(field, expression, `must evaluate to ${type}`)];
  } catch (error) {
    return [invalidValue(field, expression, `compilation failed: ${(error as Error).message}`)];
  }
}
