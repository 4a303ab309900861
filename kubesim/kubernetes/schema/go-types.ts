import type { SchemaNode } from './schema-node.js';

const ANY = 'interface {}';

/** Go's types by format, or by type without a format. */
const PLAIN: Readonly<Record<string, string | undefined>> = {
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  byte: '[]uint8',
  string: 'string',
  boolean: 'bool',
};

/**
 * The Go type of a schema, as errors of an API server name it: `v1.PodSpec`, `[]v1.Container`, `map[string]string`.
 * OpenAPI does not have the names of string types, so `v1.PullPolicy` is `string`.
 */
export function goType(schema: SchemaNode): string {
  const { definitionName, type, format = '', items, additionalProperties } = schema;
  if (definitionName !== undefined) return definitionName.split('.').slice(-2).join('.');
  if (type === 'array') return `[]${items ? goType(items) : ANY}`;
  if (type === 'object') return `map[string]${additionalProperties ? goType(additionalProperties) : ANY}`;
  return PLAIN[format] ?? PLAIN[type ?? ''] ?? ANY;
}

/** The Go struct of a definition: `PodSpec`. */
export function goStruct({ definitionName = '' }: SchemaNode): string {
  return definitionName.slice(definitionName.lastIndexOf('.') + 1);
}

/** How Go's JSON decoder names the kind of a value. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
