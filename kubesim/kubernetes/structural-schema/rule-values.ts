import { Budget } from '../cel/budget.js';
import { compile, type Program } from '../cel/program.js';
import { isJson } from '../schema/json.js';
import { isReadByRules, ruleFields } from './rule-fields.js';
import type { StructuralSchema } from './structural-schema.js';

/** A value of a schema as expressions read it: fields by their identifiers, without those that the schema lacks. */
export function ruleValue(value: unknown, schema: StructuralSchema, isResource: boolean): unknown {
  if (typeof value === 'number')
    return schema.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  if (typeof value === 'string') return textValue(value, schema);
  if (Array.isArray(value)) return schema.items ? itemValues(value, schema.items) : [];
  if (!isJson(value)) return value;
  const { entries } = schema;
  if (entries) {
    const read = isReadByRules(entries) ? Object.entries(value) : [];
    return new Map(read.map(([key, entry]) => [key, ruleValue(entry, entries, entries.isEmbeddedResource)]));
  }
  return new Map(
    ruleFields(schema, isResource).flatMap(({ name, identifier, schema: field }) =>
      Object.hasOwn(value, name) && value[name] !== undefined
        ? [[identifier, ruleValue(value[name], field, field.isEmbeddedResource)] as const]
        : [],
    ),
  );
}

function itemValues(items: readonly unknown[], schema: StructuralSchema): unknown[] {
  return items.map((item) => ruleValue(item, schema, schema.isEmbeddedResource));
}

let toDuration: Program | undefined;

function textValue(value: string, schema: StructuralSchema): unknown {
  if (schema.type !== 'string') return value;
  switch (schema.format) {
    case 'byte':
      return new Uint8Array(Buffer.from(value, 'base64'));
    case 'date':
    case 'date-time':
      return new Date(value);
    case 'duration':
      toDuration ??= compile('duration(text)', { text: 'string' });
      return toDuration.evaluate({ text: value }, new Budget());
    default:
      return value;
  }
}
