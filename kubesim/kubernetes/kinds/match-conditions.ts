import { compile, type Program, type Variables } from '../cel/program.js';
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
        ? expressionCauses(expression, `${at}.expression`, {
            types: ['bool'],
            compileBy: (text) => compile(text, variables),
          })
        : [required(`${at}.expression`)]),
      ...(name ? formatCauses(`${at}.name`, name, qualifiedName) : [required(`${at}.name`)]),
      ...(name && isTwice ? [duplicate(`${at}.name`, name)] : []),
    ];
  });
}

/** Compiles an expression. Throws an error with the message of cel-go. */
export type CompileExpression = (expression: string) => Program;

/** Validates an expression, and the type of its result if it must have one of `types`. */
export function expressionCauses(
  expression: string | undefined,
  field: string,
  { types = [], compileBy }: { readonly types?: readonly string[]; readonly compileBy: CompileExpression },
): Cause[] {
  if (!expression?.trim()) return [required(field, 'expression is not specified')];
  try {
    const { type } = compileBy(expression);
    if (types.length === 0 || types.includes(type) || type === 'dyn') return [];
    return [invalidValue(field, expression, `must evaluate to ${wanted(types)} but got ${goName(type)}`)];
  } catch (error) {
    return [invalidValue(field, expression, `compilation failed: ${(error as Error).message}`)];
  }
}

function wanted(types: readonly string[]): string {
  const names = types.map(goName);
  return names.length === 1 ? (names[0] ?? '') : `one of [${names.join(' ')}]`;
}

/** The name of a type of the library in cel-go. */
function goName(type: string): string {
  return type === 'null' ? 'null_type' : type.replaceAll('<', '(').replaceAll('>', ')');
}
