import { isJson, type Json } from './json.js';
import type { SchemaNode } from './schema-node.js';
import { typeDefaults } from './type-defaults.js';

/**
 * The object with the defaults of the types in it: those of the schema, and those that API servers set by code. Returns
 * the same object if nothing is missing. The parts that it shares with `complete`, an object with defaults, are not visited.
 */
export function withDefaults<T extends object>(
  object: T,
  schema: SchemaNode | undefined,
  complete?: object,
): T {
  return !schema ? object : (structDefaults(object as Json, schema, complete) as T);
}

function structDefaults(value: Json, schema: SchemaNode, complete: unknown): Json {
  let filled = value;
  const { fields } = schema;
  const known = isJson(complete) ? complete : undefined;
  for (const name of Object.keys(value)) {
    const inner = value[name];
    if (typeof inner !== 'object' || inner === known?.[name]) continue;
    const field = fields.get(name);
    const next = field ? valueDefaults(inner, field, known?.[name]) : inner;
    if (next !== inner) filled = { ...filled, [name]: next };
  }
  return ownDefaults(filled, schema);
}

/** A value with the defaults of its own fields. */
function ownDefaults(value: Json, schema: SchemaNode): Json {
  let filled = value;
  for (const [name, otherwise] of schemaDefaults(schema))
    if (filled[name] === undefined) filled = { ...filled, [name]: otherwise };
  return typeDefaults(filled, schema.definitionName);
}

function valueDefaults(value: unknown, schema: SchemaNode, complete: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items && holdsTypes(items) ? listDefaults(value, items, complete) : value;
  }
  if (!isJson(value)) return value;
  const { additionalProperties } = schema;
  if (!additionalProperties) return structDefaults(value, schema, complete);
  if (!holdsTypes(additionalProperties)) return value;
  const entries = Object.entries(value).map(([key, entry]) => [
    key,
    valueDefaults(entry, additionalProperties, undefined),
  ]);
  return Object.fromEntries(entries) as Json;
}

function listDefaults(list: readonly unknown[], items: SchemaNode, complete: unknown): readonly unknown[] {
  const known: readonly unknown[] = Array.isArray(complete) ? complete : [];
  const filled = list.map((entry, index) =>
    entry === known[index] ? entry : valueDefaults(entry, items, known[index]),
  );
  return filled.every((entry, index) => entry === list[index]) ? list : filled;
}

/** Whether values of the schema can have defaults inside: not those of plain lists and maps. */
function holdsTypes({ type }: SchemaNode): boolean {
  return type === 'object' || type === 'array';
}

const known = new WeakMap<SchemaNode, readonly (readonly [string, unknown])[]>();

/** Defaults of the schema's fields, except Go's zero values, which stand for fields that are always written. */
function schemaDefaults(schema: SchemaNode): readonly (readonly [string, unknown])[] {
  const found = known.get(schema);
  if (found) return found;
  const list = [...schema.fields].flatMap(([name, { default: value, type }]) =>
    type !== 'object' && !!value && !isJson(value) ? [[name, value] as const] : [],
  );
  known.set(schema, list);
  return list;
}
