import type { Cause } from '../schema/cause.js';
import { childPath } from '../schema/child-path.js';
import { isJson } from '../schema/json.js';
import type { StructuralSchema } from './structural-schema.js';
import { itemKey } from './validate-value.js';

/** Checks that the entries of lists of type set and map are unique. */
export function listTypeCauses(value: unknown, schema: StructuralSchema, path: string): Cause[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    const own = schema.listType === 'set' || schema.listType === 'map' ? duplicates(value, schema, path) : [];
    const inner = items
      ? value.flatMap((item, index) => listTypeCauses(item, items, `${path}[${index}]`))
      : [];
    return [...own, ...inner];
  }
  if (!isJson(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = schema.fields.get(name);
    const below = field ?? schema.entries;
    if (!below) return [];
    return listTypeCauses(inner, below, field ? childPath(path, name) : `${path}[${name}]`);
  });
}

function duplicates(list: readonly unknown[], schema: StructuralSchema, path: string): Cause[] {
  const seen = new Set<string>();
  return list.flatMap((item, index): Cause[] => {
    const key = schema.listType === 'map' ? itemKey(item, schema) : JSON.stringify(item);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      { field: `${path}[${index}]`, reason: 'FieldValueDuplicate', message: `Duplicate value: ${key}` },
    ];
  });
}
