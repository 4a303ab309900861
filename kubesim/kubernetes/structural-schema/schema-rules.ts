import { sameJson } from '../../../kernel/same-json.js';
import type { Cause } from '../schema/cause.js';
import { forbiddenValue, invalidValue, required, unsupported } from '../schema/causes.js';
import { isJson, type Json } from '../schema/json.js';
import { compilePattern } from './linear-pattern.js';
import { prune } from './prune.js';
import { ruleBudget, ruleCompilationCauses, ruleFormCauses, type RuleBudget } from './rule-checks.js';
import type { StructuralSchema } from './structural-schema.js';
import { valueCauses } from './validate-value.js';

/** Schemas of one definition at most, and instructions of their regular expressions: each takes memory and time. */
const MAX_SCHEMAS = 30_000;
const MAX_PATTERN_SIZE = 20_000;

/** What the schemas of one definition use. */
export interface SchemaBudget {
  schemas: number;
  patternSize: number;
  readonly patterns: Set<string>;
  readonly rules: RuleBudget;
}

/** A budget for one definition. */
export function schemaBudget(): SchemaBudget {
  return { schemas: MAX_SCHEMAS, patternSize: MAX_PATTERN_SIZE, patterns: new Set(), rules: ruleBudget() };
}

type Kind = 'root' | 'field' | 'item' | 'nested';

interface Place {
  readonly path: string;
  readonly kind: Kind;
  /** Whether a default may be set. */
  readonly defaults: boolean;
  /** The schema to which a nested one adds: it must have its fields. */
  readonly structure: StructuralSchema | undefined;
  /** Whether the schema is the first of `allOf` of one with `x-kubernetes-int-or-string`. */
  readonly isIntOrString?: boolean;
  readonly budget: SchemaBudget;
}

/** Checks that a schema is structural and valid, with the messages of API servers. */
export function schemaCauses(schema: StructuralSchema, path: string, budget: SchemaBudget): Cause[] {
  const causes = causesOf(schema, { path, kind: 'root', defaults: true, structure: undefined, budget });
  return causes.length > 0 ? causes : ruleCompilationCauses(schema, path, budget.rules);
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  string: [
    ...['type', 'format', 'title', 'description', 'pattern', '$ref', 'id', '$schema'],
    ...['x-kubernetes-list-type', 'x-kubernetes-map-type'],
  ],
  number: ['minimum', 'maximum', 'multipleOf'],
  integer: ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
  boolean: [
    ...[
      'nullable',
      'exclusiveMinimum',
      'exclusiveMaximum',
      'uniqueItems',
      'x-kubernetes-preserve-unknown-fields',
    ],
    ...['x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'],
  ],
  array: [
    'enum',
    'required',
    'allOf',
    'anyOf',
    'oneOf',
    'x-kubernetes-list-map-keys',
    'x-kubernetes-validations',
  ],
  object: ['properties', 'not', 'patternProperties', 'definitions', 'dependencies'],
};
const TYPE_OF_KEYWORD = new Map(
  Object.entries(TYPES).flatMap(([type, names]) => names.map((name) => [name, type] as const)),
);

function causesOf(schema: StructuralSchema, place: Place): Cause[] {
  const { source } = schema;
  const { path, budget } = place;
  budget.schemas -= 1;
  if (budget.schemas < 0)
    return budget.schemas === -1
      ? [forbiddenValue(path, `a definition may not have more than ${MAX_SCHEMAS} schemas`)]
      : [];
  const misplaced = keywordCauses(source, path);
  if (misplaced.length > 0) return misplaced;
  return [
    ...unsupportedCauses(source, path),
    ...(place.kind === 'nested' ? nestedCauses(source, place) : structuralCauses(source, place)),
    ...patternCauses(source['pattern'], place),
    ...(place.kind === 'nested' ? [] : [...listCauses(source, path), ...mapTypeCauses(source, path)]),
    ...(place.kind === 'nested' ? [] : ruleFormCauses(schema, path)),
    ...defaultCauses(schema, place),
    ...innerCauses(schema, place),
  ];
}

/** Keywords with values of another type, and values that are no schemas. */
function keywordCauses(source: Json, path: string): Cause[] {
  const { properties, items, additionalProperties } = source;
  const schemas = Object.entries(isJson(properties) ? properties : {}).filter(([, field]) => !isJson(field));
  return [
    ...Object.entries(source).flatMap(([name, value]) => {
      const type = TYPE_OF_KEYWORD.get(name);
      const fits = type === undefined || hasType(value, type);
      return fits ? [] : [invalidValue(`${path}.${name}`, value, `must be of type ${type}`)];
    }),
    ...schemas.map(([name, field]) => invalidValue(`${path}.properties[${name}]`, field, 'must be a schema')),
    ...(items === undefined || typeof items === 'object'
      ? []
      : [invalidValue(`${path}.items`, items, 'must be a schema')]),
    ...(additionalProperties === undefined ||
    isJson(additionalProperties) ||
    typeof additionalProperties === 'boolean'
      ? []
      : [invalidValue(`${path}.additionalProperties`, additionalProperties, 'must be a schema or boolean')]),
  ];
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJson(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];
const OPENAPI_TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

function unsupportedCauses(source: Json, path: string): Cause[] {
  const { type, items } = source;
  const causes = UNSUPPORTED.filter((name) => source[name] !== undefined && source[name] !== '').map((name) =>
    forbiddenValue(`${path}.${name}`, `${name} is not supported`),
  );
  if (source['uniqueItems'] === true)
    causes.push(
      forbiddenValue(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (Array.isArray(items))
    causes.push(forbiddenValue(`${path}.items`, 'items must be a schema object and not an array'));
  if (typeof type === 'string' && type !== '' && !OPENAPI_TYPES.includes(type))
    causes.push(unsupported(`${path}.type`, type, OPENAPI_TYPES));
  return causes;
}

/** What a schema outside of allOf, anyOf, oneOf and not must have. */
function structuralCauses(source: Json, { path, kind }: Place): Cause[] {
  const { type, properties, additionalProperties } = source;
  const isEmbedded = source['x-kubernetes-embedded-resource'] === true;
  const preserves = source['x-kubernetes-preserve-unknown-fields'];
  const isUntyped = !type && !isEmbedded && preserves !== true;
  const causes = isEmbedded ? embeddedCauses(source, path) : [];
  if (isUntyped && source['x-kubernetes-int-or-string'] !== true)
    causes.push(required(`${path}.type`, `must not be empty ${EMPTY_TYPE[kind]}`));
  if (preserves === false)
    causes.push(
      invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'),
    );
  if (hasEntries(properties) && !isOpen(additionalProperties))
    causes.push(
      forbiddenValue(
        `${path}.additionalProperties`,
        'additionalProperties and properties are mutual exclusive',
      ),
    );
  return [...causes, ...(kind === 'root' ? rootCauses(source, path) : [])];
}

function isOpen(additionalProperties: unknown): boolean {
  return additionalProperties === undefined || additionalProperties === true;
}

function embeddedCauses(source: Json, path: string): Cause[] {
  const { type = '', properties } = source;
  const causes: Cause[] = [];
  const why = 'must be object if x-kubernetes-embedded-resource is true';
  if (type !== 'object') causes.push(wrongType(type, path, why));
  if (source['x-kubernetes-preserve-unknown-fields'] !== true && !hasEntries(properties))
    causes.push(
      required(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
  return causes;
}

/** A type that is missing is required, another one invalid. */
function wrongType(type: unknown, path: string, why: string): Cause {
  return type === '' ? required(`${path}.type`, why) : invalidValue(`${path}.type`, type, why);
}

const EMPTY_TYPE: Readonly<Record<Kind, string>> = {
  root: 'at the root',
  field: 'for specified object fields',
  item: 'for specified array items',
  nested: '',
};

function rootCauses(source: Json, path: string): Cause[] {
  const { type = '', properties } = source;
  const fields = isJson(properties) ? properties : {};
  const causes: Cause[] = [];
  if (type !== '' && type !== 'object')
    causes.push(invalidValue(`${path}.type`, type, 'must be object at the root'));
  if (source['nullable'] === true)
    causes.push(forbiddenValue(`${path}.nullable`, 'nullable cannot be true at the root'));
  if (source['additionalProperties'] !== undefined)
    causes.push(forbiddenValue(`${path}.additionalProperties`, 'must not be used at the root'));
  causes.push(
    ...['kind', 'apiVersion'].flatMap((name) => textFieldCauses(fields[name], `${path}.properties[${name}]`)),
  );
  return [...causes, ...metadataCauses(fields['metadata'], `${path}.properties[metadata]`)];
}

function textFieldCauses(field: unknown, path: string): Cause[] {
  if (!isJson(field) || field['type'] === 'string') return [];
  return [invalidValue(`${path}.type`, field['type'] ?? '', 'must be string')];
}

/** The schema of the metadata at the root may only restrict the name. */
function metadataCauses(metadata: unknown, path: string): Cause[] {
  if (!isJson(metadata)) return [];
  const { type = '', properties, description: _description, ...more } = metadata;
  const names = Object.keys(isJson(properties) ? properties : {});
  const isAllowed =
    Object.keys(more).length === 0 && names.every((name) => name === 'name' || name === 'generateName');
  const causes = type === 'object' ? [] : [invalidValue(`${path}.type`, type, 'must be object')];
  if (isAllowed) return causes;
  const why =
    'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return [...causes, forbiddenValue(path, why)];
}

const NESTED: Readonly<Record<string, string>> = {
  type: 'must be empty to be structural',
  additionalProperties: 'must be undefined to be structural',
  default: 'must be undefined to be structural',
  title: 'must be empty to be structural',
  description: 'must be empty to be structural',
  nullable: 'must be false to be structural',
  'x-kubernetes-preserve-unknown-fields': 'must be false to be structural',
  'x-kubernetes-embedded-resource': 'must be false to be structural',
  'x-kubernetes-int-or-string': 'must be false to be structural',
  'x-kubernetes-list-map-keys': 'must be empty to be structural',
  'x-kubernetes-list-type': 'must be undefined to be structural',
  'x-kubernetes-map-type': 'must be undefined to be structural',
  'x-kubernetes-validations': 'must be empty to be structural',
};

/** What a schema inside allOf, anyOf, oneOf and not must not have. */
function nestedCauses(source: Json, { path, structure }: Place): Cause[] {
  const causes = Object.entries(NESTED)
    .filter(([name]) => source[name] !== undefined && source[name] !== '' && source[name] !== false)
    .map(([name, why]) => forbiddenValue(`${path}.${name}`, why));
  const fields = isJson(source['properties']) ? Object.keys(source['properties']) : [];
  const missing = fields.filter((name) => structure && !structure.fields.has(name));
  return [
    ...causes,
    ...missing.map((name) =>
      required(`${path}.properties[${name}]`, `because it is defined in ${path}.properties[${name}]`),
    ),
  ];
}

function patternCauses(pattern: unknown, { path, budget }: Place): Cause[] {
  if (typeof pattern !== 'string' || pattern === '' || budget.patterns.has(pattern)) return [];
  if (budget.patternSize < 0)
    return [forbiddenValue(`${path}.pattern`, 'the patterns of the definition are too large')];
  try {
    budget.patternSize -= compilePattern(pattern).size;
    budget.patterns.add(pattern);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [
      invalidValue(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${why}`),
    ];
  }
}

/** Rules that do not compile. */
const LIST_TYPES = ['atomic', 'set', 'map'];

function listCauses(source: Json, path: string): Cause[] {
  const { type = '', items } = source;
  const listType = source['x-kubernetes-list-type'];
  const causes: Cause[] = [];
  if (type === 'array' && items === undefined) causes.push(required(`${path}.items`, 'must be specified'));
  if (listType === undefined) return causes;
  if (type !== 'array')
    causes.push(wrongType(type, path, 'must be array if x-kubernetes-list-type is specified'));
  if (!LIST_TYPES.includes(String(listType)))
    causes.push(unsupported(`${path}.x-kubernetes-list-type`, listType, LIST_TYPES));
  return [...causes, ...keyedListCauses(source, String(listType), path)];
}

function keyedListCauses(source: Json, listType: string, path: string): Cause[] {
  const entry = isJson(source['items']) ? source['items'] : {};
  const causes: Cause[] = [];
  if (listType === 'map') causes.push(...listMapCauses(source, entry, path));
  if (listType === 'set') causes.push(...setCauses(entry, path));
  if (listType !== 'atomic' && entry['nullable'] === true)
    causes.push(
      forbiddenValue(
        `${path}.items.nullable`,
        `cannot be nullable when x-kubernetes-list-type is ${listType}`,
      ),
    );
  return causes;
}

function setCauses(entry: Json, path: string): Cause[] {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const list = entry['x-kubernetes-list-type'] ?? null;
  if (entry['type'] === 'array' && list !== null && list !== 'atomic')
    return [invalidValue(`${path}.items.x-kubernetes-list-type`, list, why)];
  if (entry['type'] === 'object' && entry['x-kubernetes-map-type'] !== 'atomic')
    return [invalidValue(`${path}.items.x-kubernetes-map-type`, list, why)];
  return [];
}

function listMapCauses(source: Json, entry: Json, path: string): Cause[] {
  const keys = Array.isArray(source['x-kubernetes-list-map-keys'])
    ? (source['x-kubernetes-list-map-keys'] as unknown[])
    : [];
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) return [required(at, 'must not be empty if x-kubernetes-list-type is map')];
  if (entry['type'] !== 'object')
    return [
      invalidValue(
        `${path}.items.type`,
        entry['type'] ?? '',
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    ];
  const causes = keys.flatMap((key) => keyCauses(String(key), entry, { path, keys }));
  if (new Set(keys).size < keys.length)
    causes.push(invalidValue(at, keys, 'must not contain duplicate entries'));
  return causes;
}

function keyCauses(
  key: string,
  entry: Json,
  { path, keys }: { readonly path: string; readonly keys: readonly unknown[] },
): Cause[] {
  const fields = isJson(entry['properties']) ? entry['properties'] : {};
  const field = fields[key];
  const at = `${path}.items.properties[${key}]`;
  if (!isJson(field))
    return [
      invalidValue(
        `${path}.x-kubernetes-list-map-keys`,
        keys,
        'entries must all be names of item properties',
      ),
    ];
  const causes: Cause[] = [];
  if (field['type'] === 'array' || field['type'] === 'object')
    causes.push(
      invalidValue(
        `${at}.type`,
        entry['type'],
        "must be a scalar type if parent array's x-kubernetes-list-type is map",
      ),
    );
  const isRequired = Array.isArray(entry['required']) && entry['required'].includes(key);
  if (!isRequired && field['default'] === undefined)
    causes.push(
      required(
        `${at}.default`,
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      ),
    );
  if (field['nullable'] === true)
    causes.push(
      forbiddenValue(
        `${at}.nullable`,
        'this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
      ),
    );
  return causes;
}

const MAP_TYPES = ['atomic', 'granular'];

function mapTypeCauses(source: Json, path: string): Cause[] {
  const { type = '' } = source;
  const mapType = source['x-kubernetes-map-type'];
  if (mapType === undefined) return [];
  const causes: Cause[] = [];
  if (type !== 'object')
    causes.push(wrongType(type, path, 'must be object if x-kubernetes-map-type is specified'));
  if (!MAP_TYPES.includes(String(mapType)))
    causes.push(unsupported(`${path}.x-kubernetes-map-type`, mapType, MAP_TYPES));
  return causes;
}

function defaultCauses(schema: StructuralSchema, { path, kind, defaults }: Place): Cause[] {
  const { default: value, isEmbeddedResource: isResource } = schema;
  if (value === undefined || kind === 'nested') return [];
  const at = `${path}.default`;
  if (!defaults) return [forbiddenValue(at, 'must not be set in top-level metadata')];
  if (prune(value, schema, { path: '', isResource }, []) !== value)
    return [invalidValue(at, value, 'must not have unknown fields')];
  return valueCauses(value, schema, at);
}

function innerCauses(schema: StructuralSchema, place: Place): Cause[] {
  const { path, kind } = place;
  const isNested = kind === 'nested';
  const own = isNested ? place.structure : schema;
  const below = (name: string, inner: StructuralSchema | undefined, more: Partial<Place>): Cause[] =>
    inner ? causesOf(inner, { ...place, path: `${path}.${name}`, isIntOrString: false, ...more }) : [];
  const nested = { kind: 'nested', structure: own } as const;
  const isRootField = (name: string) => kind === 'root' && RESOURCE_FIELDS.has(name);
  const { anyOf, allOf, oneOf } = schema;
  const intOrString = schema.isIntOrString || place.isIntOrString === true;
  const skipsAnyOf = intOrString && sameJson(schema.source['anyOf'], INT_OR_STRING);
  return [
    ...[...schema.fields].flatMap(([name, field]) =>
      below(`properties[${name}]`, field, {
        kind: isNested ? 'nested' : 'field',
        structure: own?.fields.get(name),
        defaults: place.defaults && !isRootField(name),
      }),
    ),
    ...below('items', schema.items, { kind: isNested ? 'nested' : 'item', structure: own?.items }),
    ...(schema.source['additionalProperties'] === true
      ? []
      : below('additionalProperties', schema.entries, { kind: isNested ? 'nested' : 'field' })),
    ...(skipsAnyOf ? [] : anyOf.flatMap((inner, index) => below(`anyOf[${index}]`, inner, nested))),
    ...allOf.flatMap((inner, index) =>
      below(`allOf[${index}]`, inner, { ...nested, isIntOrString: schema.isIntOrString && index === 0 }),
    ),
    ...oneOf.flatMap((inner, index) => below(`oneOf[${index}]`, inner, nested)),
    ...below('not', schema.not, nested),
  ];
}

const RESOURCE_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** The types that `x-kubernetes-int-or-string` may repeat in `anyOf`, or in the `anyOf` of the first schema of `allOf`. */
const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

function hasEntries(value: unknown): boolean {
  return isJson(value) && Object.keys(value).length > 0;
}
