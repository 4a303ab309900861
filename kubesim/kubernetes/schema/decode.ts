import { childPath } from './child-path.js';
import { isJson, type Json } from './json.js';
import { goStruct } from './go-types.js';
import { fits, plainDecoder, typeMismatch } from './scalars.js';
import type { SchemaNode } from './schema-node.js';

/** An object without unknown fields, and the paths of those that were removed. */
export interface Decoded {
  readonly object: Json;
  readonly unknown: readonly string[];
}

/** Place of a value in the object. */
interface Place {
  /** With indexes and keys of maps: `spec.containers[0].name`. */
  readonly path: string;
  /** The innermost struct around the value, and the fields from the object to it: `Container`, `spec.containers.name`. */
  readonly struct: string;
  readonly field: string;
}

/**
 * Reads an object as API servers do: removes unknown fields, and nulls, which count as omitted. Throws DecodeError if a
 * value has another type than its field, or is a fraction in one of integers: one of the numbers that were written with a
 * fraction or an exponent, by their paths.
 */
export function decode(object: Json, schema: SchemaNode, fractions = NO_FRACTIONS): Decoded {
  const decoder = new Decoder(fractions);
  const decoded = decoder.struct(object, schema, { path: '', struct: '', field: '' });
  return { object: decoded, unknown: decoder.unknown };
}

const NO_FRACTIONS: ReadonlyMap<string, string> = new Map();

class Decoder {
  readonly unknown: string[] = [];

  constructor(private readonly fractions: ReadonlyMap<string, string>) {}

  struct(value: Json, schema: SchemaNode, place: Place): Json {
    const decoded: Json = {};
    const struct = goStruct(schema);
    for (const [name, inner] of Object.entries(value)) {
      const field = schema.fields.get(name);
      const path = childPath(place.path, name);
      if (!field) this.unknown.push(path);
      else if (inner !== null && inner !== undefined)
        decoded[name] = this.value(inner, field, {
          path,
          struct,
          field: place.field === '' ? name : `${place.field}.${name}`,
        });
    }
    return decoded;
  }

  private value(value: unknown, schema: SchemaNode, place: Place): unknown {
    const plain = plainDecoder(schema);
    if (plain) return plain(value);
    if (schema.type === 'array') return this.list(value, schema, place);
    if (schema.type !== 'object') {
      const fraction = schema.type === 'integer' ? this.fractions.get(place.path) : undefined;
      if (fits(value, schema) && fraction === undefined) return value;
      throw typeMismatch(value, schema, { ...place, fraction });
    }
    if (!isJson(value)) throw typeMismatch(value, schema, place);
    if (schema.additionalProperties) return this.map(value, schema.additionalProperties, place);
    // Objects of any content, e.g. the fields of managedFields.
    return schema.fields.size === 0 ? value : this.struct(value, schema, place);
  }

  private list(value: unknown, schema: SchemaNode, place: Place): unknown[] {
    if (!Array.isArray(value)) throw typeMismatch(value, schema, place);
    const { items } = schema;
    if (!items) return value;
    return value.map((entry, index) =>
      this.entry(entry, items, { ...place, path: `${place.path}[${index}]` }),
    );
  }

  private map(value: Json, schema: SchemaNode, place: Place): Json {
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [
        key,
        this.entry(entry, schema, { ...place, path: `${place.path}.${key}` }),
      ]),
    );
  }

  /** An entry of a list or map cannot be omitted: null is the zero value of its type. */
  private entry(value: unknown, schema: SchemaNode, place: Place): unknown {
    if (value !== null) return this.value(value, schema, place);
    return schema.type === undefined ? null : ZERO[schema.type];
  }
}

const ZERO: Readonly<Record<string, unknown>> = {
  string: '',
  integer: 0,
  number: 0,
  boolean: false,
  object: {},
  array: [],
};
