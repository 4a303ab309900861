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
          apiVersion: TEXT,
          items: {
            description: `List of ${type.plural}.`,
            type: 'array',
            items: { $ref: `#/components/schemas/${name}` },
          },
          kind: TEXT,
          metadata: { allOf: [{ $ref: `${META}.ListMeta` }] },
        },
        ...kindOf(type.custom?.listKind ?? `${type.kind}List`),
      }),
    ],
  ]);
  known.set(served, definitions);
  return definitions;
}

const TEXT = { type: 'string' };

/** The schema of a definition with the fields of every object. */
function resourceSchema(source: Json): Json {
  const fields = isJson(source['properties']) ? source['properties'] : {};
  return {
    ...source,
    type: 'object',
    properties: {
      ...fields,
      apiVersion: fields['apiVersion'] ?? TEXT,
      kind: fields['kind'] ?? TEXT,
      metadata: { allOf: [{ $ref: `${META}.ObjectMeta` }] },
    },
  };
}
