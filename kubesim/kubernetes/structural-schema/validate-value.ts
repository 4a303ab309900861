import { sameJson } from '../../../kernel/same-json.js';
import type { Cause } from '../schema/cause.js';
import { invalidValue, tooLong, tooMany } from '../schema/causes.js';
import { childPath } from '../schema/child-path.js';
import { isJson, type Json } from '../schema/json.js';
import { hasFormat } from './formats.js';
import { compilePattern } from './linear-pattern.js';
import type { StructuralSchema } from './structural-schema.js';

/** Steps of regular expressions that the validation of one object may take: about a tenth of a second. */
const MATCH_STEPS = 2_000_000;
/** Schemas against which the validation of one object may check values; combinations of `oneOf` multiply. */
const MAX_CHECKS = 200_000;

/** What the validation of one object has used. */
interface Budget {
  steps: number;
  checks: number;
}

interface Place {
  readonly path: string;
  readonly budget: Budget;
}

/**
 * Checks a value against a schema, with the messages of API servers. Values that are equal to those at the same place of
 * the old object are valid: a schema that became stricter does not prevent other changes.
 */
export function valueCauses(value: unknown, schema: StructuralSchema, path: string, old?: unknown): Cause[] {
  return causesOf(value, schema, { path, budget: { steps: MATCH_STEPS, checks: MAX_CHECKS } }, old);
}

function causesOf(value: unknown, schema: StructuralSchema, place: Place, old: unknown): Cause[] {
  place.budget.checks -= 1;
  if (place.budget.checks < 0) return place.budget.checks === -1 ? [tooExpensive(place.path)] : [];
  if (value === null) return nullCauses(schema, place);
  const causes = [
    ...typeCauses(value, schema, place),
    ...combinationCauses(value, schema, place),
    ...contentCauses(value, schema, place, old),
    ...enumCauses(value, schema, place),
  ];
  return causes.length > 0 && old !== undefined && sameJson(value, old) ? [] : causes;
}

function tooExpensive(path: string): Cause {
  return {
    field: path || '<nil>',
    reason: 'FieldValueInvalid',
    message: 'Invalid value: "": the validation takes too long',
  };
}

function nullCauses(schema: StructuralSchema, { path }: Place): Cause[] {
  const types = typesOf(schema);
  return types.length === 0 || schema.nullable ? [] : [typeInvalid(path, types.join(','), 'null')];
}

function typesOf({ type, isIntOrString }: StructuralSchema): readonly string[] {
  if (isIntOrString) return ['integer', 'string'];
  return type === undefined ? [] : [type];
}

function typeCauses(value: unknown, schema: StructuralSchema, { path }: Place): Cause[] {
  const types = typesOf(schema);
  const own = typeOf(value);
  const fits = types.length === 0 || types.includes(own) || (own === 'integer' && types.includes('number'));
  return fits ? [] : [typeInvalid(path, types.join(','), own)];
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return isInteger(value) ? 'integer' : 'number';
  return isJson(value) ? 'object' : typeof value;
}

/** Whether a number is an integer of 64 bits. */
function isInteger(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
}

function typeInvalid(path: string, type: string, own: string): Cause {
  const why = `${path} in body must be of type ${type}: ${JSON.stringify(own)}`;
  return {
    field: path || '<nil>',
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${JSON.stringify(own)}: ${why}`,
  };
}

function combinationCauses(value: unknown, schema: StructuralSchema, place: Place): Cause[] {
  const check = (inner: StructuralSchema) => causesOf(value, inner, place, undefined);
  const { anyOf, oneOf, allOf, not } = schema;
  return [
    ...(anyOf.length > 0 ? anyOfCauses(anyOf.map(check), place) : []),
    ...(oneOf.length > 0 ? oneOfCauses(oneOf.map(check), place) : []),
    ...allOfCauses(allOf.map(check), place),
    ...(not && check(not).length === 0
      ? [combinationCause(place, 'must not validate the schema (not)')]
      : []),
  ];
}

function combinationCause({ path }: Place, why: string): Cause {
  return invalid(path, '', `${JSON.stringify(path)} ${why}`);
}

function anyOfCauses(results: readonly Cause[][], place: Place): Cause[] {
  if (results.some((result) => result.length === 0)) return [];
  return [combinationCause(place, 'must validate at least one schema (anyOf)'), ...fewest(results)];
}

function oneOfCauses(results: readonly Cause[][], place: Place): Cause[] {
  const valid = results.filter((result) => result.length === 0).length;
  if (valid === 1) return [];
  const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
  const cause = combinationCause(place, `must validate one and only one schema (oneOf). ${found}`);
  return valid === 0 ? [cause, ...fewest(results)] : [cause];
}

function allOfCauses(results: readonly Cause[][], place: Place): Cause[] {
  const failed = results.filter((result) => result.length > 0);
  if (failed.length === 0) return [];
  const none = failed.length === results.length ? '. None validated' : '';
  return [...failed.flat(), combinationCause(place, `must validate all the schemas (allOf)${none}`)];
}

/** The errors of the alternative that fits best. */
function fewest(results: readonly Cause[][]): Cause[] {
  return results.reduce((best, result) => (result.length < best.length ? result : best), results[0] ?? []);
}

function contentCauses(value: unknown, schema: StructuralSchema, place: Place, old: unknown): Cause[] {
  if (typeof value === 'string') return textCauses(value, schema, place);
  if (typeof value === 'number') return numberCauses(value, schema, place);
  if (Array.isArray(value)) return listCauses(value, schema, place, old);
  return isJson(value) ? mapCauses(value, schema, place, old) : [];
}

function textCauses(value: string, schema: StructuralSchema, place: Place): Cause[] {
  const { pattern } = schema;
  const length = lengthCauses(value, schema, place);
  const isMatched = length.length === 0 && pattern !== undefined;
  return [
    ...length,
    ...(isMatched ? patternCauses(value, pattern, place) : []),
    ...formatCauses(value, schema, place),
  ];
}

function lengthCauses(
  value: string,
  { limits: { minLength, maxLength } }: StructuralSchema,
  { path }: Place,
): Cause[] {
  if (minLength === undefined && maxLength === undefined) return [];
  const length = lengthOf(value);
  if (maxLength !== undefined && length > maxLength) return [tooLong(path, maxLength)];
  if (length >= (minLength ?? 0)) return [];
  return [invalid(path, value, `${path} in body should be at least ${minLength} chars long`)];
}

/** Number of characters, of which some are two units of UTF-16. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

function formatCauses(value: string, { format, type }: StructuralSchema, { path }: Place): Cause[] {
  if (format === undefined || type !== 'string' || hasFormat(value, format)) return [];
  const shown = JSON.stringify(value);
  const why = `${path} in body must be of type ${format}: ${shown}`;
  return [{ field: path, reason: 'FieldValueTypeInvalid', message: `Invalid value: ${shown}: ${why}` }];
}

function patternCauses(value: string, source: string, { path, budget }: Place): Cause[] {
  const pattern = compilePattern(source);
  budget.steps -= (value.length + 1) * pattern.size;
  if (budget.steps < 0) return [invalid(path, '', `${path} in body is too long for the pattern '${source}'`)];
  return pattern.matches(value) ? [] : [invalid(path, value, `${path} in body should match '${source}'`)];
}

function numberCauses(value: number, { limits, type, format }: StructuralSchema, { path }: Place): Cause[] {
  const { minimum, maximum, multipleOf } = limits;
  const causes: Cause[] = [];
  if (type === 'integer' && !isInteger(value)) {
    const of = format === undefined ? ' (default format)' : ` with format ${format}`;
    causes.push(invalid('', '', `Checked value must be of type integer${of} in ${path}`));
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    causes.push(invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`));
  if (maximum !== undefined && exceeds(value - maximum, limits.exclusiveMaximum))
    causes.push(
      invalid(
        path,
        value,
        `${path} in body should be less than ${orEqual(limits.exclusiveMaximum)}${maximum}`,
      ),
    );
  if (minimum !== undefined && exceeds(minimum - value, limits.exclusiveMinimum))
    causes.push(
      invalid(
        path,
        value,
        `${path} in body should be greater than ${orEqual(limits.exclusiveMinimum)}${minimum}`,
      ),
    );
  return causes;
}

function exceeds(excess: number, isExclusive: boolean): boolean {
  return isExclusive ? excess >= 0 : excess > 0;
}

function orEqual(isExclusive: boolean): string {
  return isExclusive ? '' : 'or equal to ';
}

function listCauses(list: readonly unknown[], schema: StructuralSchema, place: Place, old: unknown): Cause[] {
  const { path } = place;
  const { minItems, maxItems } = schema.limits;
  const causes: Cause[] = [];
  const { items } = schema;
  const before = items && Array.isArray(old) ? oldItems(old, schema) : undefined;
  if (items)
    for (const [index, item] of list.entries())
      causes.push(...causesOf(item, items, { ...place, path: `${path}[${index}]` }, before?.(item)));
  if (minItems !== undefined && list.length < minItems)
    causes.push(invalid(path, list.length, `${path} in body should have at least ${minItems} items`));
  if (maxItems !== undefined && list.length > maxItems) causes.push(tooMany(path, list.length, maxItems));
  return causes;
}

/** Finds the old entry of a list of type map by the keys of a new one. Entries of other lists are not related. */
function oldItems(
  old: readonly unknown[],
  schema: StructuralSchema,
): ((item: unknown) => unknown) | undefined {
  if (schema.listType !== 'map') return undefined;
  const byKey = new Map(old.map((item) => [itemKey(item, schema), item]));
  return (item) => byKey.get(itemKey(item, schema));
}

/** The keys of an entry of a list of type map, as JSON. */
export function itemKey(item: unknown, { listMapKeys }: StructuralSchema): string {
  const fields = isJson(item) ? item : {};
  return JSON.stringify(Object.fromEntries(listMapKeys.map((key) => [key, fields[key]])));
}

function mapCauses(map: Json, schema: StructuralSchema, place: Place, old: unknown): Cause[] {
  const { path } = place;
  const at = (name: string) => childPath(path, name);
  const before = isJson(old) ? old : {};
  const names = Object.keys(map).filter((name) => map[name] !== undefined);
  const causes = countCauses(names.length, schema, path);
  for (const name of schema.required)
    if (map[name] === undefined)
      causes.push({ field: at(name), reason: 'FieldValueRequired', message: 'Required value' });
  for (const name of names) {
    const field = schema.fields.get(name) ?? schema.entries;
    if (field) causes.push(...causesOf(map[name], field, { ...place, path: at(name) }, before[name]));
  }
  return causes;
}

function countCauses(count: number, { limits }: StructuralSchema, path: string): Cause[] {
  const { minProperties, maxProperties } = limits;
  const causes: Cause[] = [];
  if (minProperties !== undefined && count < minProperties)
    causes.push(invalid(path, count, `${path} in body should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && count > maxProperties) causes.push(tooMany(path, count, maxProperties));
  return causes;
}

function enumCauses(value: unknown, { enum: allowed }: StructuralSchema, { path }: Place): Cause[] {
  if (!allowed || allowed.some((candidate) => sameJson(candidate, value))) return [];
  const texts = allowed.map((item) => JSON.stringify(typeof item === 'string' ? item : JSON.stringify(item)));
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${texts.join(', ')}`;
  return [{ field: path, reason: 'FieldValueNotSupported', message }];
}

function invalid(path: string, value: unknown, why: string): Cause {
  return invalidValue(path || '<nil>', value, why);
}
