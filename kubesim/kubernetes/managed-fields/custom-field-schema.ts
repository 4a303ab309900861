import { latestApi } from '../schema/kubernetes-api.js';
import type { StructuralSchema } from '../structural-schema/structural-schema.js';
import type { FieldSchema } from './field-schema.js';

/** Any value. */
export const ANY: FieldSchema = {
  type: undefined,
  format: undefined,
  fields: new Map(),
  additionalProperties: undefined,
  items: undefined,
  required: [],
  default: undefined,
  listType: undefined,
  listMapKeys: [],
  mapType: undefined,
  patchMergeKey: undefined,
  patchStrategies: [],
};

const known = new WeakMap<StructuralSchema, FieldSchema>();

/** The schema of a custom resource. */
export function resourceFieldSchema(schema: StructuralSchema): FieldSchema {
  const found = known.get(schema);
  if (found) return found;
  const resource = { ...fieldSchema(schema), fields: resourceFields(schema) };
  known.set(schema, resource);
  return resource;
}

function fieldSchema(schema: StructuralSchema): FieldSchema {
  const { type, format, required, listType, listMapKeys, mapType, isIntOrString, items, entries } = schema;
  return {
    ...ANY,
    ...{ type: isIntOrString ? undefined : type, format, required, default: schema.default },
    ...{ listType, listMapKeys, mapType },
    fields: schema.isEmbeddedResource
      ? resourceFields(schema)
      : new Map([...schema.fields].map(([name, field]) => [name, fieldSchema(field)])),
    items: items && fieldSchema(items),
    additionalProperties: entries ? fieldSchema(entries) : schema.preservesUnknownFields ? ANY : undefined,
  };
}

/** The fields of a resource: those of its schema, and those of every object. */
function resourceFields({ fields }: StructuralSchema): ReadonlyMap<string, FieldSchema> {
  const metadata = latestApi().schemaOf('', 'v1', 'Namespace')?.fields.get('metadata') ?? ANY;
  return new Map<string, FieldSchema>([
    ...[...fields].map(([name, field]) => [name, fieldSchema(field)] as const),
    ['apiVersion', TEXT],
    ['kind', TEXT],
    ['metadata', metadata],
  ]);
}

const TEXT: FieldSchema = { ...ANY, type: 'string' };
