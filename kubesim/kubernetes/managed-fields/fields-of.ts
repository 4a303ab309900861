import {
  asList,
  asMap,
  type FieldSchema,
  formOf,
  groupItems,
  isAtomic,
  isDeclared,
  schemaOfField,
} from './field-schema.js';
import { type FieldSet, FieldSetBuilder } from './field-set.js';
import { fieldElement } from './path-element.js';

/** The leaf fields and the list entries that an object has. Throws NoElementError if the entries of a list have no keys. */
export function fieldsOf(object: unknown, schema: FieldSchema | undefined): FieldSet {
  const fields = new FieldSetBuilder();
  visit(object, { schema, path: [], fields });
  return fields.set;
}

interface Place {
  readonly schema: FieldSchema | undefined;
  readonly path: readonly string[];
  readonly fields: FieldSetBuilder;
}

function visit(value: unknown, place: Place): void {
  const { schema, path, fields } = place;
  if (value === undefined) return;
  const form = formOf(value, schema);
  if (isAtomic(form, schema)) fields.insert(path);
  else if (form === 'list') visitItems(asList(value) ?? [], place);
  else visitMap(value, place);
}

function visitMap(value: unknown, { schema, path, fields }: Place): void {
  for (const [name, entry] of Object.entries(asMap(value) ?? {})) {
    if (entry === undefined) continue;
    const at = [...path, fieldElement(name)];
    visit(entry, { schema: schemaOfField(schema, name), path: at, fields });
    const map = asMap(entry);
    const isEmptyMap = map !== undefined && Object.keys(map).length === 0;
    if (entry === null || isEmptyMap || !isDeclared(schema, name)) fields.insert(at);
  }
}

function visitItems(list: readonly unknown[], { schema, path, fields }: Place): void {
  for (const [element, [item, ...others]] of groupItems(list, schema)) {
    const at = [...path, element];
    // Several entries with the same keys are owned as a whole.
    if (others.length === 0) visit(item, { schema: schema?.items, path: at, fields });
    fields.insert(at);
  }
}
