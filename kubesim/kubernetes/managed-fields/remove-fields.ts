import {
  asList,
  asMap,
  type FieldSchema,
  formOf,
  isAtomic,
  isDeclared,
  itemElement,
  schemaOfField,
} from './field-schema.js';
import { type FieldSet, fieldsBelow, hasElement, isEmpty, withMembers } from './field-set.js';
import { fieldElement, fieldNameOf, isKeyElement } from './path-element.js';

/** A copy of an object without the fields and list entries. Maps and lists that become empty are null. */
export function removeFields(value: unknown, fields: FieldSet, schema: FieldSchema | undefined): unknown {
  const form = formOf(value, schema);
  if (form === 'scalar') return value;
  // An atomic value is removed only as a whole, by the map that contains it.
  if (isAtomic(form, schema)) return null;
  return form === 'list'
    ? removeItems(asList(value) ?? [], fields, schema)
    : removeEntries(value, fields, schema);
}

function removeItems(list: readonly unknown[], fields: FieldSet, schema: FieldSchema | undefined): unknown {
  const kept: unknown[] = [];
  for (const item of list) {
    const element = itemElement(item, schema);
    if (hasElement(fields, element)) continue;
    const inner = fieldsBelow(fields, element);
    kept.push(isEmpty(inner) ? item : removeFields(item, inner, schema?.items));
  }
  return kept.length > 0 ? kept : null;
}

function removeEntries(value: unknown, fields: FieldSet, schema: FieldSchema | undefined): unknown {
  const kept: [string, unknown][] = [];
  for (const [name, entry] of Object.entries(asMap(value) ?? {})) {
    const element = fieldElement(name);
    if (entry === undefined || hasElement(fields, element)) continue;
    const inner = fieldsBelow(fields, element);
    kept.push([name, isEmpty(inner) ? entry : removeFields(entry, inner, schemaOfField(schema, name))]);
  }
  return kept.length > 0 ? Object.fromEntries(kept) : null;
}

/**
 * The set with the declared fields that contain its members, e.g. `spec` for `spec.replicas`. The fields of an object
 * are not members themselves, unlike the entries of a map.
 */
export function withDeclaredFields(fields: FieldSet, schema: FieldSchema | undefined): FieldSet {
  const declares = (element: string) => {
    const name = fieldNameOf(element);
    return name !== undefined && isDeclared(schema, name);
  };
  return withMembers(fields, declares, (inner, element) =>
    withDeclaredFields(inner, schemaAt(schema, element)),
  );
}

function schemaAt(schema: FieldSchema | undefined, element: string): FieldSchema | undefined {
  const name = fieldNameOf(element);
  if (name !== undefined) return schemaOfField(schema, name);
  return isKeyElement(element) ? schema?.items : undefined;
}
