import { isJson, type Json } from '../kinds/object.js';
import { keyElement, valueElement } from './path-element.js';

/** What server-side apply reads of the schema of a value. A value without schema takes its form from its content. */
export interface FieldSchema {
  /** `object`, `array`, `string` …; undefined for types with several forms. */
  readonly type: string | undefined;
  readonly format: string | undefined;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  readonly additionalProperties: FieldSchema | undefined;
  readonly items: FieldSchema | undefined;
  readonly required: readonly string[];
  readonly default: unknown;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'atomic' | 'granular' | undefined;
  readonly patchMergeKey: string | undefined;
  readonly patchStrategies: readonly string[];
}

export type Form = 'map' | 'list' | 'scalar';

/** The form in which a value is handled: its own if the schema allows it, otherwise that of the schema. */
export function formOf(value: unknown, schema: FieldSchema | undefined): Form {
  return declaredForm(schema?.type) ?? ownForm(value) ?? 'map';
}

function declaredForm(type: string | undefined): Form | undefined {
  if (type === undefined) return undefined;
  if (type === 'object') return 'map';
  return type === 'array' ? 'list' : 'scalar';
}

/** The form of a value; undefined for null and undefined. */
export function ownForm(value: unknown): Form | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return 'list';
  return isJson(value) ? 'map' : 'scalar';
}

/** Whether one value is e.g. a list and the other one a map; a value that is null or absent takes any form. */
export function haveOtherForms(a: unknown, b: unknown): boolean {
  const [left, right] = [ownForm(a), ownForm(b)];
  return left !== undefined && right !== undefined && left !== right;
}

/** Whether one manager owns the value as a whole. */
export function isAtomic(form: Form, schema: FieldSchema | undefined): boolean {
  if (form === 'scalar') return true;
  if (form === 'map') return schema?.mapType === 'atomic';
  if (schema?.listType !== undefined) return schema.listType === 'atomic';
  return !schema?.patchStrategies.includes('merge');
}

/** The schema of a field of a map. */
export function schemaOfField(schema: FieldSchema | undefined, name: string): FieldSchema | undefined {
  return schema?.fields.get(name) ?? schema?.additionalProperties;
}

/** Whether the schema names the field, as opposed to the entries of a map. */
export function isDeclared(schema: FieldSchema | undefined, name: string): boolean {
  return schema?.fields.has(name) ?? false;
}

/** Whether the schema allows a field of this name. Objects without declared fields may have any. */
export function allowsField(schema: FieldSchema | undefined, name: string): boolean {
  if (!schema || schema.fields.size === 0 || schema.additionalProperties) return true;
  return schema.fields.has(name);
}

/** Fields that identify the entries of a list; empty for a set. */
function keysOf({ listType, listMapKeys, patchMergeKey }: FieldSchema): readonly string[] {
  if (listType !== undefined) return listMapKeys;
  return patchMergeKey === undefined ? [] : [patchMergeKey];
}

/** An entry of a list that has no path element. */
export class NoElementError extends Error {}

/** The path element of an entry of a list that is not atomic. Throws NoElementError. */
export function itemElement(item: unknown, list: FieldSchema | undefined): string {
  const keys = list ? keysOf(list) : [];
  if (keys.length > 0) return keyedElement(item, list, keys);
  if (item === null)
    throw new NoElementError("associative list without keys has an element that's an explicit null");
  if (Array.isArray(item)) throw new NoElementError('not supported: associative list with lists as elements');
  if (isJson(item))
    throw new NoElementError("associative list without keys has an element that's a map type");
  return valueElement(item);
}

function keyedElement(item: unknown, list: FieldSchema | undefined, keys: readonly string[]): string {
  if (item === null) throw new NoElementError('associative list with keys may not have a null element');
  if (!isJson(item)) throw new NoElementError('associative list with keys may not have non-map elements');
  const values: Json = {};
  for (const key of keys) {
    const value = item[key] ?? list?.items?.fields.get(key)?.default;
    if (value !== undefined) values[key] = value;
  }
  if (Object.keys(values).length > 0) return keyElement(values);
  const names = keys.map((key) => JSON.stringify(key)).join(' ');
  throw new NoElementError(
    `associative list with keys has an element that omits all key fields [${names}] ` +
      "(and doesn't have default values for any key fields)",
  );
}

/** The entries of a list by path element; an element occurs several times in lists that were not validated. */
export function groupItems(
  list: readonly unknown[],
  schema: FieldSchema | undefined,
): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const item of list) {
    const element = itemElement(item, schema);
    const group = groups.get(element);
    if (group) group.push(item);
    else groups.set(element, [item]);
  }
  return groups;
}

/** Names of the fields of either map. */
export function namesOf(...maps: readonly (Json | undefined)[]): ReadonlySet<string> {
  return new Set(maps.flatMap((map) => Object.keys(map ?? {})));
}

/** A value as a map; undefined for null and values of another form. */
export function asMap(value: unknown): Json | undefined {
  return isJson(value) ? value : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

/** Whether a value is null, absent, or a map or list without entries. */
export function isBlank(value: unknown): boolean {
  return value === null || value === undefined || isEmptyContainer(value);
}

function isEmptyContainer(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isJson(value) && Object.keys(value).length === 0;
}
