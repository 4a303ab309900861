import {
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  typeFromAST,
} from 'graphql';
import { idTooLong } from '../../../protocol/input-lengths.js';
import { isRecord } from '../../../kernel/is-record.js';
import type { Limits } from './limits.js';
import { coded } from '../../errors/coded-error.js';

/** State of checking the variables of one request. */
interface VariableCheck {
  readonly limits: Limits;
  /** Path of the current value: variable name, fields and indexes. */
  readonly path: (string | number)[];
  /** Number of list and object entries so far. */
  entries: number;
}

/**
 * Returns an error for the first limit that variables exceed, with its path: nesting, length of a list, total
 * entries of lists and objects, length of an id or enum value. Runs before values are coerced, so that no error
 * repeats them and no resolver receives them.
 */
export function checkVariableLimits(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
  limits: Limits,
): GraphQLError | undefined {
  const check: VariableCheck = { limits, path: [], entries: 0 };
  for (const { variable, type } of definitions) {
    const name = variable.name.value;
    const value = variables[name];
    if (value === undefined || value === null) continue;
    const declared = typeFromAST(schema, type);
    const error = checkIn(check, name, value, isInputType(declared) ? declared : undefined);
    if (error) return error;
  }
  return undefined;
}

function checkIn(
  check: VariableCheck,
  step: string | number,
  value: unknown,
  type: GraphQLInputType | undefined,
): GraphQLError | undefined {
  check.path.push(step);
  const error = checkValue(check, value, type);
  check.path.pop();
  return error;
}

function checkValue(
  check: VariableCheck,
  value: unknown,
  type: GraphQLInputType | undefined,
): GraphQLError | undefined {
  if (typeof value === 'string') return checkText(check, value, type);
  if (typeof value !== 'object' || value === null) return undefined;
  const { nesting } = check.limits;
  if (check.path.length > nesting)
    return exceeded(check, 'nesting', nesting, `Objects and lists of variables may nest ${nesting} deep`);
  return Array.isArray(value) ? checkList(check, value, type) : checkObject(check, value, type);
}

function checkText(
  check: VariableCheck,
  value: string,
  type: GraphQLInputType | undefined,
): GraphQLError | undefined {
  const { idLength } = check.limits;
  if (value.length <= idLength || !type) return undefined;
  const named = getNamedType(type);
  if (named.name !== 'ID' && !isEnumType(named)) return undefined;
  return exceeded(check, 'idLength', idLength, idTooLong(value.length, idLength));
}

function checkList(
  check: VariableCheck,
  list: readonly unknown[],
  type: GraphQLInputType | undefined,
): GraphQLError | undefined {
  const { listLength } = check.limits;
  if (list.length > listLength)
    return exceeded(
      check,
      'listLength',
      listLength,
      `A list may have ${listLength} entries, this one has ${list.length}`,
    );
  const tooMany = count(check, list.length);
  if (tooMany) return tooMany;
  // Only the named type matters, so nested lists need no special handling.
  for (const [index, item] of list.entries()) {
    const error = checkIn(check, index, item, type);
    if (error) return error;
  }
  return undefined;
}

function checkObject(
  check: VariableCheck,
  value: object,
  type: GraphQLInputType | undefined,
): GraphQLError | undefined {
  const named = type && getNamedType(type);
  const fields = isInputObjectType(named) ? named.getFields() : undefined;
  for (const key of Object.keys(value)) {
    const tooMany = count(check, 1);
    if (tooMany) return tooMany;
    const inner = fields && Object.hasOwn(fields, key) ? fields[key]?.type : undefined;
    const error = isRecord(value) ? checkIn(check, key, value[key], inner) : undefined;
    if (error) return error;
  }
  return undefined;
}

function count(check: VariableCheck, entries: number): GraphQLError | undefined {
  check.entries += entries;
  const { variableEntries } = check.limits;
  if (check.entries <= variableEntries) return undefined;
  const message = `Lists and objects of variables may have ${variableEntries} entries together`;
  return exceeded(check, 'variableEntries', variableEntries, message);
}

function exceeded({ path }: VariableCheck, limit: string, maximum: number, message: string): GraphQLError {
  // Keys are chosen by the client and may be long.
  const truncated = path.slice(0, 20).map((step) => (typeof step === 'string' ? step.slice(0, 100) : step));
  return coded('LIMIT_EXCEEDED', `${message}. Send fewer or shorter values.`, {
    limit,
    maximum,
    path: truncated.map(String),
  });
}
