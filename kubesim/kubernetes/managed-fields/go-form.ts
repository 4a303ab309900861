import { isJson, type Json } from '../kinds/object.js';
import { asList, asMap, type FieldSchema } from './field-schema.js';

/**
 * An object as an API server's Go types hold it, which decides whether the first writer of a field also owns the struct
 * around it: a struct that is not a pointer always exists, a required list or map is null instead of absent, other
 * empty lists and maps are absent. Objects of kinds without schema are unchanged.
 */
export function goForm(value: unknown, schema: FieldSchema | undefined): unknown {
  if (schema?.items) return asList(value)?.map((item) => goForm(item, schema.items)) ?? value;
  const map = asMap(value);
  return map && schema && schema.fields.size > 0 ? structForm(map, schema) : value;
}

function structForm(map: Json, schema: FieldSchema): Json {
  const form: Json = {};
  for (const [name, entry] of Object.entries(map)) {
    const inGo = fieldInGo(entry, schema, name);
    if (inGo !== undefined) form[name] = inGo;
  }
  for (const [name, empty] of structsOf(schema)) form[name] ??= empty;
  return form;
}

function fieldInGo(value: unknown, schema: FieldSchema, name: string): unknown {
  const field = schema.fields.get(name);
  if (!field) return value;
  if (value === undefined || value === null) return zeroOf(field, schema.required.includes(name));
  if (isContainer(field) && isEmptyContainer(value))
    return schema.required.includes(name) ? value : undefined;
  return goForm(value, field);
}

/** What a field without a value holds; undefined if JSON leaves it out. */
function zeroOf(field: FieldSchema, required: boolean): unknown {
  if (isStruct(field)) return goForm({}, field);
  return required && isContainer(field) ? null : undefined;
}

/** A struct that is not a pointer: the documents of API servers give it the default `{}`. */
function isStruct({ fields, default: initial }: FieldSchema): boolean {
  return fields.size > 0 && isJson(initial) && Object.keys(initial).length === 0;
}

/** A list or a map, as opposed to a struct. */
function isContainer({ type, fields }: FieldSchema): boolean {
  return type === 'array' || (type === 'object' && fields.size === 0);
}

function isEmptyContainer(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isJson(value) && Object.keys(value).length === 0;
}

const structs = new WeakMap<FieldSchema, readonly (readonly [string, unknown])[]>();

/** The fields of a type that exist without a value, and what they hold then. */
function structsOf(schema: FieldSchema): readonly (readonly [string, unknown])[] {
  const known = structs.get(schema);
  if (known) return known;
  const found = [...schema.fields].flatMap(([name, field]) => {
    const empty = zeroOf(field, schema.required.includes(name));
    return empty === undefined ? [] : [[name, empty] as const];
  });
  structs.set(schema, found);
  return found;
}
