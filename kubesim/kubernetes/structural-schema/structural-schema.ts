import { isJson, type Json } from '../schema/json.js';

/** A rule of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?:
    'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** Numbers that limit a value. */
export interface Limits {
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly exclusiveMinimum: boolean;
  readonly exclusiveMaximum: boolean;
  readonly multipleOf: number | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
  readonly minProperties: number | undefined;
  readonly maxProperties: number | undefined;
}

const NO_FIELDS: ReadonlyMap<string, StructuralSchema> = new Map();

/**
 * A structural schema of a CustomResourceDefinition, or a schema inside `allOf`, `anyOf`, `oneOf` or `not`. Keywords
 * with values of another type count as absent; schema-rules.ts reports them.
 */
export class StructuralSchema {
  readonly type: string | undefined;
  readonly format: string | undefined;
  readonly nullable: boolean;
  readonly default: unknown;
  readonly enum: readonly unknown[] | undefined;
  readonly required: readonly string[];
  /** A regular expression in RE2's syntax. */
  readonly pattern: string | undefined;
  readonly limits: Limits;
  /** The keyword `properties`. */
  readonly fields: ReadonlyMap<string, StructuralSchema>;
  /** The keyword `additionalProperties`; `true` is a schema without keywords. */
  readonly entries: StructuralSchema | undefined;
  readonly items: StructuralSchema | undefined;
  readonly allOf: readonly StructuralSchema[];
  readonly anyOf: readonly StructuralSchema[];
  readonly oneOf: readonly StructuralSchema[];
  readonly not: StructuralSchema | undefined;
  readonly preservesUnknownFields: boolean;
  readonly isEmbeddedResource: boolean;
  readonly isIntOrString: boolean;
  readonly listType: 'atomic' | 'set' | 'map' | undefined;
  readonly listMapKeys: readonly string[];
  readonly mapType: 'atomic' | 'granular' | undefined;
  readonly rules: readonly ValidationRule[];

  constructor(readonly source: Json) {
    this.type = text(source['type']);
    this.format = text(source['format']);
    this.nullable = source['nullable'] === true;
    this.default = source['default'] ?? undefined;
    this.enum = list(source['enum']);
    this.required = texts(source['required']);
    this.pattern = text(source['pattern']);
    this.limits = limitsOf(source);
    this.fields = fieldsOf(source['properties']);
    this.entries = child(source['additionalProperties'] === true ? {} : source['additionalProperties']);
    this.items = child(source['items']);
    this.allOf = children(source['allOf']);
    this.anyOf = children(source['anyOf']);
    this.oneOf = children(source['oneOf']);
    this.not = child(source['not']);
    this.preservesUnknownFields = source['x-kubernetes-preserve-unknown-fields'] === true;
    this.isEmbeddedResource = source['x-kubernetes-embedded-resource'] === true;
    this.isIntOrString = source['x-kubernetes-int-or-string'] === true;
    this.listType = text(source['x-kubernetes-list-type']) as StructuralSchema['listType'];
    this.listMapKeys = texts(source['x-kubernetes-list-map-keys']);
    this.mapType = text(source['x-kubernetes-map-type']) as StructuralSchema['mapType'];
    this.rules = (list(source['x-kubernetes-validations']) ?? []).filter(isRule);
  }
}

function limitsOf(source: Json): Limits {
  return {
    minimum: number(source['minimum']),
    maximum: number(source['maximum']),
    exclusiveMinimum: source['exclusiveMinimum'] === true,
    exclusiveMaximum: source['exclusiveMaximum'] === true,
    multipleOf: number(source['multipleOf']),
    minLength: number(source['minLength']),
    maxLength: number(source['maxLength']),
    minItems: number(source['minItems']),
    maxItems: number(source['maxItems']),
    minProperties: number(source['minProperties']),
    maxProperties: number(source['maxProperties']),
  };
}

function fieldsOf(value: unknown): ReadonlyMap<string, StructuralSchema> {
  if (!isJson(value)) return NO_FIELDS;
  const schemas = Object.entries(value).flatMap(([name, schema]) =>
    isJson(schema) ? [[name, new StructuralSchema(schema)] as const] : [],
  );
  return new Map(schemas);
}

function child(value: unknown): StructuralSchema | undefined {
  return isJson(value) ? new StructuralSchema(value) : undefined;
}

function children(value: unknown): StructuralSchema[] {
  return (list(value) ?? []).filter(isJson).map((schema) => new StructuralSchema(schema));
}

function isRule(value: unknown): value is ValidationRule {
  return isJson(value) && typeof value['rule'] === 'string';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined;
}

function texts(value: unknown): readonly string[] {
  return (list(value) ?? []).filter((item) => typeof item === 'string');
}
