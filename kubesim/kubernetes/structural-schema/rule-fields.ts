import { StructuralSchema } from './structural-schema.js';

/** A field of an object that rules read. */
export interface RuleField {
  readonly name: string;
  /** Its name in expressions. */
  readonly identifier: string;
  readonly schema: StructuralSchema;
}

const text = (name: string) => [name, { type: 'string' }] as const;

/** What rules read of each resource, whether its schema has it or not. */
const RESOURCE = new StructuralSchema({
  type: 'object',
  properties: {
    ...Object.fromEntries([text('apiVersion'), text('kind')]),
    metadata: {
      type: 'object',
      properties: Object.fromEntries([text('name'), text('generateName')]),
    },
  },
});

const known = new WeakMap<StructuralSchema, Map<boolean, readonly RuleField[]>>();

/** The fields of an object that rules read. A resource is the root of a custom resource or an embedded one. */
export function ruleFields(schema: StructuralSchema, isResource: boolean): readonly RuleField[] {
  const fields = known.get(schema) ?? new Map<boolean, readonly RuleField[]>();
  known.set(schema, fields);
  const found = fields.get(isResource) ?? fieldsOf(schema, isResource);
  fields.set(isResource, found);
  return found;
}

function fieldsOf(schema: StructuralSchema, isResource: boolean): RuleField[] {
  const fields = isResource ? new Map([...schema.fields, ...RESOURCE.fields]) : schema.fields;
  return [...fields].flatMap(([name, field]) => {
    const identifier = isReadByRules(field) ? identifierOf(name) : undefined;
    return identifier === undefined ? [] : [{ name, identifier, schema: field }];
  });
}

/** Whether rules read the values of a schema: those of another type are unknown fields to them. */
export function isReadByRules(schema: StructuralSchema): boolean {
  if (schema.isIntOrString) return true;
  if (schema.type === 'array') return schema.items !== undefined && isReadByRules(schema.items);
  if (schema.type === 'object') return schema.entries === undefined || isReadByRules(schema.entries);
  return schema.type !== undefined;
}

/** Words that are no identifiers in CEL. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if'],
  ...['import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

const ESCAPES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** The name of a field in expressions; undefined if it cannot be written as an identifier. */
export function identifierOf(name: string): string | undefined {
  if (!/^[A-Za-z_./-][\w./-]*$/.test(name)) return undefined;
  return RESERVED.has(name) ? `__${name}__` : name.replace(/__|[-./]/g, (part) => ESCAPES[part] ?? part);
}
