import { isJson, type Json } from '../kinds/object.js';
import { kubernetesSchema, PLAIN_TYPES } from './schema.js';

/** An object without the fields that its kind does not have, and their paths. */
export interface Pruned {
  readonly object: Json;
  readonly unknown: readonly string[];
}

/** Takes away the fields that the kind does not have. Kinds whose fields are not known are left as they are. */
export function pruneUnknown(apiVersion: string, kind: string, object: Json): Pruned {
  const message = kubernetesSchema().messageOfKind(apiVersion, kind);
  if (!message) return { object, unknown: [] };
  const unknown: string[] = [];
  const { apiVersion: _version, kind: _kind, ...fields } = object;
  const pruned = prune(fields, message, { path: '', unknown });
  return { object: { ...object, ...pruned, ...absent(fields, pruned) }, unknown };
}

interface Place {
  readonly path: string;
  readonly unknown: string[];
}

function prune(value: Json, name: string, { path, unknown }: Place): Json {
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

function pruneValue(
  value: unknown,
  { type, many }: { readonly type: string; readonly many: string | undefined },
  place: Place,
): unknown {
  if (PLAIN_TYPES.has(type)) return value;
  if (many === 'map' && isJson(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        pruneOne(one, type, { ...place, path: `${place.path}.${key}` }),
      ]),
    );
  }
  if (Array.isArray(value))
    return value.map((one, index) => pruneOne(one, type, { ...place, path: `${place.path}[${index}]` }));
  return pruneOne(value, type, place);
}

function pruneOne(value: unknown, type: string, place: Place): unknown {
  return isJson(value) ? prune(value, type, place) : value;
}

/** The fields that went, as undefined, so that spreading over the original takes them away. */
function absent(before: Json, after: Json): Json {
  return Object.fromEntries(
    Object.keys(before)
      .filter((key) => !(key in after))
      .map((key) => [key, undefined]),
  );
}
