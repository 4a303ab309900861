import { isJson } from '../kinds/object.js';
import {
  allowsField,
  asList,
  asMap,
  type FieldSchema,
  formOf,
  isAtomic,
  itemElement,
  NoElementError,
  ownForm,
  schemaOfField,
} from './field-schema.js';
import { elementText, fieldElement } from './path-element.js';

/**
 * Why an applied configuration does not fit the schema: unknown fields, values of another type, entries of lists
 * without keys or with the same keys. Empty if it fits.
 */
export function configurationErrors(value: unknown, schema: FieldSchema | undefined, path = ''): string[] {
  if (value === null || value === undefined) return [];
  const form = formOf(value, schema);
  if (form === 'scalar') return scalarErrors(value, schema, path);
  if (ownForm(value) !== form) return [at(path, `expected ${form}, got ${shown(value)}`)];
  return form === 'list' ? listErrors(asList(value) ?? [], schema, path) : mapErrors(value, schema, path);
}

/** The text of several errors as an API server joins them. */
export function joinErrors(errors: readonly string[]): string {
  return errors.length === 1
    ? (errors[0] ?? '')
    : ['errors:', ...errors.map((error) => `  ${error}`)].join('\n');
}

function mapErrors(value: unknown, schema: FieldSchema | undefined, path: string): string[] {
  const errors: string[] = [];
  for (const [name, entry] of Object.entries(asMap(value) ?? {})) {
    const place = `${path}${elementText(fieldElement(name))}`;
    if (!allowsField(schema, name)) return [...errors, at(place, 'field not declared in schema')];
    errors.push(...configurationErrors(entry, schemaOfField(schema, name), place));
  }
  return errors;
}

function listErrors(list: readonly unknown[], schema: FieldSchema | undefined, path: string): string[] {
  const errors: string[] = [];
  const seen = new Set<string>();
  const isWhole = isAtomic('list', schema);
  for (const [index, item] of list.entries()) {
    const element = isWhole ? `i:${index}` : elementOrError(item, schema);
    if (element instanceof NoElementError)
      return [...errors, at(path, `element ${index}: ${element.message}`)];
    if (seen.has(element)) errors.push(at(path, `duplicate entries for key ${elementText(element)}`));
    seen.add(element);
    errors.push(...configurationErrors(item, schema?.items, `${path}${elementText(element)}`));
  }
  return errors;
}

function elementOrError(item: unknown, schema: FieldSchema | undefined): string | NoElementError {
  try {
    return itemElement(item, schema);
  } catch (error) {
    if (error instanceof NoElementError) return error;
    throw error;
  }
}

function scalarErrors(value: unknown, schema: FieldSchema | undefined, path: string): string[] {
  const expected = schema && expectedScalar(schema);
  if (expected) return typeof value === expected.type ? [] : [at(path, expected.message(value))];
  // Times and quantities have several forms.
  return typeof value === 'object' ? [at(path, `expected any scalar, got &{${goText(value)}}`)] : [];
}

interface ExpectedScalar {
  readonly type: string;
  message(value: unknown): string;
}

const NUMBER: ExpectedScalar = {
  type: 'number',
  message: (value) => `expected numeric (int or float), got ${goType(value)}`,
};
const SCALARS: Readonly<Record<string, ExpectedScalar>> = {
  integer: NUMBER,
  number: NUMBER,
  boolean: { type: 'boolean', message: (value) => `expected boolean, got &{${goText(value)}}` },
  string: { type: 'string', message: (value) => `expected string, got ${shown(value)}` },
};

function expectedScalar({ type, format }: FieldSchema): ExpectedScalar | undefined {
  if (type === undefined || (type === 'string' && format !== undefined && format !== 'byte'))
    return undefined;
  return SCALARS[type];
}

function goType(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return '[]interface {}';
  return isJson(value) ? 'map[string]interface {}' : typeof value;
}

/** A value as Go prints it in such an error. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `&{${goText(value)}}`;
  return isJson(value) ? `&{${goText(value)}}` : `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
}

/** A value as Go prints it: `map[image:redis]`. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (!isJson(value)) return value === null ? '<nil>' : String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([name, entry]) => `${name}:${goText(entry)}`).join(' ')}]`;
}

function at(path: string, message: string): string {
  return path === '' ? message : `${path}: ${message}`;
}
