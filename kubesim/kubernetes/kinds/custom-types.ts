import { listTypeCauses } from '../structural-schema/list-causes.js';
import { withSchemaDefaults } from '../structural-schema/schema-defaults.js';
import type { StructuralSchema } from '../structural-schema/structural-schema.js';
import { hasRules, ruleCauses } from '../structural-schema/validation-rules.js';
import { valueCauses } from '../structural-schema/validate-value.js';
import { customColumns } from './custom-columns.js';
import { embeddedCauses } from './embedded-resource-rules.js';
import { conversionOf } from './custom-conversion.js';
import { schemaOfVersion, type CustomResourceDefinition, type DefinitionVersion } from './definition.js';
import { valueAt, type KubeObject } from './object.js';
import type { ServedType } from './registry.js';
import { invalidValue } from '../schema/causes.js';
import type { Cause, ResourceType, ScalePaths, Subresource } from './resource.js';

/** The kinds of a definition, one for each served version; all have the same stored objects. */
export function customTypes(definition: CustomResourceDefinition): ServedType[] {
  const { group, versions } = definition.spec;
  return versions
    .filter(({ served }) => served)
    .sort((a, b) => versionOrder(a.name, b.name))
    .map((version) => ({
      group,
      version: version.name,
      type: customType(definition, version),
      convert: conversionOf(definition, `${group}/${version.name}`),
    }));
}

/** The kind in the version in which its objects are stored. */
export function storedType(definition: CustomResourceDefinition): ResourceType | undefined {
  const storage = definition.spec.versions.find((version) => version.storage);
  return storage && customType(definition, storage);
}

/** A custom resource in one version of its definition. */
function customType({ spec, status }: CustomResourceDefinition, version: DefinitionVersion): ResourceType {
  const { group, scope, names: requested, versions } = spec;
  const names = status?.acceptedNames ?? requested;
  const schema = schemaOfVersion(version);
  return {
    id: `${requested.plural}.${group}`,
    group,
    version: version.name,
    kind: requested.kind,
    plural: requested.plural,
    singular: names.singular ?? '',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    subresources: subresourcesOf(version),
    generation: true,
    defaults: (object) => withSchemaDefaults(object, schema) as KubeObject,
    validate: (object, old) => [
      ...objectCauses(object, schema, old),
      ...scaleCauses(object, version.subresources?.scale),
    ],
    columns: customColumns(version.additionalPrinterColumns),
    custom: {
      schema,
      listKind: names.listKind ?? `${requested.kind}List`,
      apiVersions: new Set(versions.map(({ name }) => `${group}/${name}`)),
      deprecation: deprecationOf(version, `${group}/${version.name} ${requested.kind}`),
      scale: version.subresources?.scale,
      selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.slice(1)),
    },
  };
}

function deprecationOf(
  { deprecated, deprecationWarning }: DefinitionVersion,
  what: string,
): string | undefined {
  return deprecated ? (deprecationWarning ?? `${what} is deprecated`) : undefined;
}

function subresourcesOf({ subresources }: DefinitionVersion): Subresource[] {
  return [
    ...(subresources?.status ? ['status' as const] : []),
    ...(subresources?.scale ? ['scale' as const] : []),
  ];
}

/** API servers do not check more of objects with these errors. */
const BLOCKING: ReadonlySet<Cause['reason']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const NOT_CHECKED: Cause = {
  field: '<nil>',
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
};

function objectCauses(object: KubeObject, schema: StructuralSchema, old: KubeObject | undefined): Cause[] {
  const before = new Set(old ? listTypeCauses(old, schema, '').map(({ field }) => field) : []);
  const lists = listTypeCauses(object, schema, '').filter(({ field }) => !before.has(field));
  const causes = [...valueCauses(object, schema, '', old), ...embeddedCauses(object, schema, ''), ...lists];
  if (!causes.some(({ reason }) => BLOCKING.has(reason)))
    return [...causes, ...ruleCauses(object, schema, old)];
  return hasRules(schema) ? [...causes, NOT_CHECKED] : causes;
}

const MAX_REPLICAS = 2 ** 31 - 1;

/** The numbers of replicas at the paths of the scale subresource. */
function scaleCauses(object: KubeObject, scale: ScalePaths | undefined): Cause[] {
  if (!scale) return [];
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((path) => {
    const replicas = valueAt(object, path.split('.').slice(1)) ?? 0;
    if (typeof replicas !== 'number') return [];
    if (replicas < 0) return [invalidValue(path, replicas, 'should be a non-negative integer')];
    return replicas > MAX_REPLICAS
      ? [invalidValue(path, replicas, `should be less than or equal to ${MAX_REPLICAS}`)]
      : [];
  });
}

/** The order of versions in discovery: v2, v1, v1beta1, v1alpha1, others by name. */
function versionOrder(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : 1;
  return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
}

function rank(version: string): { stability: number; major: number; minor: number } | undefined {
  const [, major, level, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  if (major === undefined) return undefined;
  const stability = level === undefined ? 2 : level === 'beta' ? 1 : 0;
  return { stability, major: Number(major), minor: Number(minor ?? 0) };
}
