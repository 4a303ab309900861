import type { ServedType } from '../kinds/registry.js';
import { isJson, type Json } from '../kinds/object.js';

const META = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1';

/** Name of the definition of a custom resource: `com.example.v1.Robot`. */
export function definitionNameOf({ group, version, type }: ServedType): string {
  return [...group.split('.').reverse(), version, type.kind].join('.');
}

const known = new WeakMap<ServedType, ReadonlyMap<string, string>>();

/** JSON of the definitions of a custom resource and of its list, by name. */
export function definitionsOfKind(served: ServedType): ReadonlyMap<string, string> {
  const found = known.get(served);
  if (found) return found;
  const name = definitionNameOf(served);
  const { group, version, type } = served;
  const kindOf = (kind: string) => ({ 'x-kubernetes-group-version-kind': [{ group, version, kind }] });
  const definitions = new Map([
    [name, JSON.stringify({ ...resourceSchema(type.custom?.schema.source ?? {}), ...kindOf(type.kind) })],
    [
      `${name}List`,
      JSON.stringify({
        description: `${type.kind}List is a list of ${type.kind}`,
        type: 'object',
        required: ['items'],
        properties: {
          apiVersion: API_VERSION,
          items: {
            description: `List of ${type.plural}.`,
            type: 'array',
            items: { $ref: `#/components/schemas/${name}` },
          },
          kind: KIND,
          metadata: { description: LIST_METADATA, allOf: [{ $ref: `${META}.ListMeta` }] },
        },
        ...kindOf(type.custom?.listKind ?? `${type.kind}List`),
      }),
    ],
  ]);
  known.set(served, definitions);
  return definitions;
}

const API_VERSION = {
  type: 'string',
  description:
    'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
};
const KIND = {
  type: 'string',
  description:
    'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
};
const METADATA =
  "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
const LIST_METADATA =
  'Standard list metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds';

/** The schema of a definition with the fields of every object. */
function resourceSchema(source: Json): Json {
  const fields = isJson(source['properties']) ? source['properties'] : {};
  return {
    ...source,
    type: 'object',
    properties: {
      ...fields,
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { description: METADATA, allOf: [{ $ref: `${META}.ObjectMeta` }] },
    },
  };
}
