import { ruleFields } from './rule-fields.js';
import type { StructuralSchema } from './structural-schema.js';

const SIMPLE: Readonly<Record<string, string>> = {
  boolean: 'bool',
  integer: 'int',
  number: 'double',
  string: 'string',
};

const FORMATS: Readonly<Record<string, string>> = {
  byte: 'bytes',
  date: 'google.protobuf.Timestamp',
  'date-time': 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
};

/** The types in CEL of the values of a schema. */
export class RuleTypes {
  /** The types of objects by name, each with those of its fields. */
  readonly objects = new Map<string, Readonly<Record<string, string>>>();

  /** `limit` types of objects are declared; values of more have the type `dyn`. */
  constructor(private readonly limit: number) {}

  /** The type of the values of a schema. */
  of(schema: StructuralSchema, isResource: boolean): string {
    const { type = '', format = '' } = schema;
    if (schema.isIntOrString) return 'dyn';
    if (type === 'object' || type === 'array') return this.composite(schema, isResource);
    return (type === 'string' && FORMATS[format]) || (SIMPLE[type] ?? 'dyn');
  }

  private composite(schema: StructuralSchema, isResource: boolean): string {
    const { type, items, entries } = schema;
    if (type === 'array') return items ? `list<${this.below(items)}>` : 'dyn';
    return entries ? `map<string, ${this.below(entries)}>` : this.object(schema, isResource);
  }

  private below(schema: StructuralSchema): string {
    return this.of(schema, schema.isEmbeddedResource);
  }

  private object(schema: StructuralSchema, isResource: boolean): string {
    if (this.objects.size >= this.limit) return 'dyn';
    const name = `object${this.objects.size}`;
    this.objects.set(name, {});
    const fields = ruleFields(schema, isResource).map(
      (field) => [field.identifier, this.below(field.schema)] as const,
    );
    // The library registers the types of fields before those that have them.
    this.objects.delete(name);
    this.objects.set(name, Object.fromEntries(fields));
    return name;
  }
}
