import { formatCauses, invalidValue, required } from '../schema/causes.js';
import { childPath } from '../schema/child-path.js';
import type { StructuralSchema } from '../structural-schema/structural-schema.js';
import { dns1035Label, pathSegment } from './formats.js';
import { annotationCauses, labelCauses } from './metadata-rules.js';
import { isJson, type Json, type Metadata } from './object.js';
import type { Cause } from './resource.js';

/** Validates the resources that a value contains by its schema: their versions, kinds and metadata. */
export function embeddedCauses(value: unknown, schema: StructuralSchema | undefined, path: string): Cause[] {
  if (!schema) return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => embeddedCauses(item, schema.items, `${path}[${index}]`));
  if (!isJson(value)) return [];
  return [
    ...(schema.isEmbeddedResource ? resourceCauses(value, path) : []),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const field = schema.fields.get(name);
      return field
        ? embeddedCauses(inner, field, childPath(path, name))
        : embeddedCauses(inner, schema.entries, `${path}[${name}]`);
    }),
  ];
}

function resourceCauses({ apiVersion, kind, metadata }: Json, path: string): Cause[] {
  return [
    ...(['apiVersion', 'kind'] as const).flatMap((name) =>
      fieldCauses(`${path}.${name}`, name === 'kind' ? kind : apiVersion),
    ),
    ...versionCauses(`${path}.apiVersion`, apiVersion),
    ...kindCauses(`${path}.kind`, kind),
    ...(isJson(metadata) ? metadataCauses(`${path}.metadata`, metadata as Partial<Metadata>) : []),
  ];
}

function fieldCauses(field: string, value: unknown): Cause[] {
  if (value === undefined) return [required(field)];
  if (typeof value !== 'string') return [invalidValue(field, value, 'must be a string')];
  return value === '' ? [invalidValue(field, value, 'must not be empty')] : [];
}

function versionCauses(field: string, value: unknown): Cause[] {
  if (typeof value !== 'string' || value.split('/').length <= 2) return [];
  return [invalidValue(field, value, `unexpected GroupVersion string: ${value}`)];
}

function kindCauses(field: string, value: unknown): Cause[] {
  if (typeof value !== 'string' || value === '') return [];
  return dns1035Label(value.toLowerCase()).map((why) =>
    invalidValue(field, value, `may have mixed case, but should otherwise match: ${why}`),
  );
}

function metadataCauses(path: string, { name, labels, annotations }: Partial<Metadata>): Cause[] {
  return [
    ...(name ? formatCauses(`${path}.name`, name, pathSegment) : []),
    ...labelCauses(`${path}.labels`, labels),
    ...annotationCauses(`${path}.annotations`, annotations),
  ];
}
