import { isJson, type Json } from '../schema/json.js';
import type { StructuralSchema } from './structural-schema.js';

/** The value with the defaults of the schema. Returns the same value if nothing is missing. */
export function withSchemaDefaults(value: unknown, schema: StructuralSchema): unknown {
  if (!hasDefaults(schema)) return value;
  if (Array.isArray(value)) return schema.items ? itemDefaults(value, schema.items) : value;
  if (!isJson(value)) return value;
  const filled = fieldDefaults(value, schema);
  return schema.entries ? entryDefaults(filled, schema.entries) : filled;
}

function fieldDefaults(value: Json, schema: StructuralSchema): Json {
  let filled = value;
  for (const [name, field] of schema.fields) {
    const own = value[name];
    const before = isMissing(own, field) ? field.default : own;
    const after = before === undefined ? own : withSchemaDefaults(before, field);
    if (after !== own) filled = { ...filled, [name]: after };
  }
  return filled;
}

function isMissing(value: unknown, field: StructuralSchema): boolean {
  return field.default !== undefined && (value === undefined || (value === null && !field.nullable));
}

function itemDefaults(list: readonly unknown[], items: StructuralSchema): readonly unknown[] {
  const filled = list.map((item) => withSchemaDefaults(item, items));
  return filled.every((item, index) => item === list[index]) ? list : filled;
}

function entryDefaults(map: Json, entries: StructuralSchema): Json {
  const filled = Object.entries(map).map(
    ([name, entry]) => [name, withSchemaDefaults(entry, entries)] as const,
  );
  return filled.every(([name, entry]) => entry === map[name]) ? map : (Object.fromEntries(filled) as Json);
}

const known = new WeakMap<StructuralSchema, boolean>();

/** Whether the schema has a default anywhere, so that the values of most schemas are not read. */
function hasDefaults(schema: StructuralSchema): boolean {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const inner = [...schema.fields.values(), schema.items, schema.entries].filter(
    (below) => below !== undefined,
  );
  const has = inner.some((below) => below.default !== undefined || hasDefaults(below));
  known.set(schema, has);
  return has;
}
