import { isJson, type Json } from '../kinds/object.js';
import { checkFieldType } from './check-field-type.js';
import { type Field, kubernetesSchema, PLAIN_TYPES } from './schema.js';

/** An object without unknown fields, and the paths of the removed ones. */
export interface Pruned {
  readonly object: Json;
  readonly unknown: readonly string[];
}

/**
 * Removes unknown fields. Objects of kinds without a schema are unchanged. Throws ApiError 400 if a field has the wrong
 * type, e.g. a number instead of a list.
 */
export function pruneUnknown(apiVersion: string, kind: string, object: Json): Pruned {
  const message = kubernetesSchema().messageOfKind(apiVersion, kind);
  if (!message) return { object, unknown: [] };
  const unknown: string[] = [];
  const { apiVersion: _version, kind: _kind, ...fields } = object;
  const pruned = prune(fields, message, { path: '', unknown });
  return { object: { ...object, ...pruned, ...absent(fields, pruned) }, unknown };
}

interface PruneState {
  readonly path: string;
  readonly unknown: string[];
}

function prune(value: Json, name: string, { path, unknown }: PruneState): Json {
  const message = kubernetesSchema().message(name);
  if (!message) return value;
  const kept: Json = {};
  for (const [key, inner] of Object.entries(value)) {
    const field = message.byName.get(key);
    const at = path === '' ? key : `${path}.${key}`;
    if (!field) unknown.push(at);
    else kept[key] = pruneValue(inner, field, { path: at, unknown });
  }
  return kept;
}

function pruneValue(value: unknown, field: Pick<Field, 'type' | 'many'>, place: PruneState): unknown {
  checkFieldType(value, field, place.path);
  const { type, many } = field;
  if (PLAIN_TYPES.has(type)) return value;
  const entry = { type, many: undefined };
  if (many === 'map' && isJson(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        pruneOne(inner, entry, { ...place, path: `${place.path}.${key}` }),
      ]),
    );
  }
  if (Array.isArray(value))
    return value.map((inner, index) => pruneOne(inner, entry, { ...place, path: `${place.path}[${index}]` }));
  return isJson(value) ? prune(value, type, place) : value;
}

/** Prunes one value of a list or map. The validation of a kind checks strings, with a more specific message. */
function pruneOne(value: unknown, field: Pick<Field, 'type' | 'many'>, place: PruneState): unknown {
  if (field.type !== 'string') checkFieldType(value, field, place.path);
  return isJson(value) ? prune(value, field.type, place) : value;
}

/** The removed fields as undefined, so that spreading over the original removes them. */
function absent(before: Json, after: Json): Json {
  return Object.fromEntries(
    Object.keys(before)
      .filter((key) => !(key in after))
      .map((key) => [key, undefined]),
  );
}
