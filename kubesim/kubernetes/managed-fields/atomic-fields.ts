import { asList, asMap, type FieldSchema, formOf, isAtomic } from './field-schema.js';

/** The paths of the lists, maps and structs of a configuration that one manager owns as a whole: `.spec.selector`, `.a[0].b`. */
export function atomicFields(value: unknown, schema: FieldSchema | undefined, path = ''): string[] {
  if (!schema || value === null || value === undefined) return [];
  const form = formOf(value, schema);
  if (form === 'scalar') return [];
  const own = isAtomic(form, schema) ? [path] : [];
  if (form === 'list') {
    const items = asList(value) ?? [];
    return [...own, ...items.flatMap((item, index) => atomicFields(item, schema.items, `${path}[${index}]`))];
  }
  const entries = Object.entries(asMap(value) ?? {});
  // As in API servers, entries of maps are not searched.
  return [
    ...own,
    ...entries.flatMap(([name, entry]) => atomicFields(entry, schema.fields.get(name), `${path}.${name}`)),
  ];
}
