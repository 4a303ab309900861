import { sameJson } from '../../../kernel/same-json.js';
import { childPath } from '../schema/child-path.js';
import { isJson, type Json } from '../schema/json.js';
import { decodeEmbedded } from './resource-metadata.js';
import type { StructuralSchema } from './structural-schema.js';

/** Fields of every resource, which no schema needs to declare. */
const RESOURCE_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

interface Place {
  readonly path: string;
  /** Whether the value is a resource: the object itself, or an embedded one. */
  readonly isResource: boolean;
}

/**
 * Removes fields that the schema does not declare, and nulls of fields that are not nullable and have no default. Adds
 * the paths of removed fields to `removed`. Returns the same value if nothing was removed.
 */
export function prune(
  value: unknown,
  schema: StructuralSchema | undefined,
  { path, isResource }: Place,
  removed: string[],
): unknown {
  if (Array.isArray(value))
    return shared(
      value,
      value.map((item, index) =>
        prune(item, schema?.items ?? fieldless(schema), below(`${path}[${index}]`, schema?.items), removed),
      ),
    );
  return isJson(value) ? pruneMap(value, schema, { path, isResource }, removed) : value;
}

function pruneMap(
  value: Json,
  schema: StructuralSchema | undefined,
  { path, isResource }: Place,
  removed: string[],
): Json {
  const kept: Json = {};
  let isSame = true;
  for (const [name, inner] of Object.entries(value)) {
    const at = childPath(path, name);
    const next =
      isResource && RESOURCE_FIELDS.has(name)
        ? resourceField(inner, at, removed)
        : pruneField(inner, schema, { at, field: fieldOf(schema, name) }, removed);
    if (next !== undefined) kept[name] = next;
    isSame &&= next === inner;
  }
  return isSame ? value : kept;
}

/** A field of every resource; the metadata of an embedded one without unknown fields. */
function resourceField(value: unknown, at: string, removed: string[]): unknown {
  if (!at.endsWith('.metadata') || value === undefined || value === null) return value;
  const { object, unknown } = decodeEmbedded(value, at);
  removed.push(...unknown);
  return sameJson(object, value) ? value : object;
}

interface Field {
  readonly at: string;
  readonly field: StructuralSchema | undefined;
}

/** The value of a field without what its schema does not declare; undefined if it is removed. */
function pruneField(
  value: unknown,
  schema: StructuralSchema | undefined,
  { at, field }: Field,
  removed: string[],
): unknown {
  if (field) return isDroppedNull(value, field) ? undefined : prune(value, field, below(at, field), removed);
  if (preserves(schema)) return value;
  removed.push(at);
  return undefined;
}

function fieldOf(schema: StructuralSchema | undefined, name: string): StructuralSchema | undefined {
  return schema?.fields.get(name) ?? schema?.entries;
}

function preserves(schema: StructuralSchema | undefined): boolean {
  return schema?.preservesUnknownFields ?? false;
}

/** What lists without a schema of their items contain: any value if unknown fields are preserved. */
function fieldless(schema: StructuralSchema | undefined): StructuralSchema | undefined {
  return schema?.preservesUnknownFields ? schema : undefined;
}

function below(path: string, schema: StructuralSchema | undefined): Place {
  return { path, isResource: schema?.isEmbeddedResource ?? false };
}

function isDroppedNull(value: unknown, schema: StructuralSchema): boolean {
  return value === null && !schema.nullable && schema.default === undefined && !schema.preservesUnknownFields;
}

function shared(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}
