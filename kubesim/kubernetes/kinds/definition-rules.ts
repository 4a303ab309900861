import { sameJson } from '../../../kernel/same-json.js';
import type { Cause } from '../schema/cause.js';
import { schemaBudget, schemaCauses } from '../structural-schema/schema-rules.js';
import type { StructuralSchema } from '../structural-schema/structural-schema.js';
import {
  duplicate,
  forbiddenValue,
  formatCauses,
  immutable,
  invalidValue,
  required,
  unsupported,
} from '../schema/causes.js';
import {
  isTrue,
  schemaOfVersion,
  type ColumnDefinition,
  type CustomResourceDefinition,
  type DefinitionNames,
  type DefinitionVersion,
} from './definition.js';
import { dns1035Label } from './formats.js';
import { clientConfigCauses } from './webhook-client-rules.js';

type Spec = CustomResourceDefinition['spec'];

/** Validates a definition, with the messages of API servers. */
export function definitionCauses(object: CustomResourceDefinition, old?: CustomResourceDefinition): Cause[] {
  const { spec, metadata } = object;
  if (old && sameJson(old.spec, spec)) return [];
  const causes = old ? immutableCauses(object, old) : approvalCauses(object);
  if (!old && metadata.name !== `${spec.names.plural}.${spec.group}`)
    causes.unshift(invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  return [...causes, ...specCauses(spec), ...storedCauses(object)];
}

function immutableCauses({ spec }: CustomResourceDefinition, old: CustomResourceDefinition): Cause[] {
  const causes: Cause[] = [];
  const check = (field: string, value: unknown, before: unknown) => {
    if (value !== before) causes.push(immutable(field, value));
  };
  if (isTrue(old, 'Established')) {
    check('spec.scope', spec.scope, old.spec.scope);
    check('spec.names.kind', spec.names.kind, old.spec.names.kind);
  }
  check('spec.group', spec.group, old.spec.group);
  check('spec.names.plural', spec.names.plural, old.spec.names.plural);
  return causes;
}

const APPROVED = 'api-approved.kubernetes.io';
const APPROVAL = 'https://github.com/kubernetes/enhancements/pull/1111';

/** Groups of the Kubernetes community need an annotation. */
function approvalCauses({ spec: { group }, metadata }: CustomResourceDefinition): Cause[] {
  if (!/(^|\.)(k8s\.io|kubernetes\.io)$/.test(group)) return [];
  const field = `metadata.annotations[${APPROVED}]`;
  const value = metadata.annotations?.[APPROVED];
  const must = `protected groups must have approval annotation "${APPROVED}"`;
  if (value === undefined || value === '') return [required(field, `${must}, see ${APPROVAL}`)];
  if (value.startsWith('unapproved') || URL.canParse(value)) return [];
  return [
    invalidValue(
      field,
      value,
      `${must} with either a URL or a reason starting with "unapproved", see ${APPROVAL}`,
    ),
  ];
}

const SCOPES = ['Cluster', 'Namespaced'];

function specCauses(spec: Spec): Cause[] {
  const { group, scope, names, versions, conversion } = spec;
  const causes = groupCauses(group);
  if (!scope) causes.push(required('spec.scope'));
  else if (!SCOPES.includes(scope)) causes.push(unsupported('spec.scope', scope, SCOPES));
  if (spec.preserveUnknownFields)
    causes.push(
      invalidValue(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
  causes.push(...versionsCauses(versions));
  if (new Set(versions.map(({ name }) => name)).size < versions.length)
    causes.push(invalidValue('spec.versions', versions, 'must contain unique version names'));
  if (versions.filter(({ storage }) => storage).length !== 1)
    causes.push(
      invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'),
    );
  return [...causes, ...namesCauses(names), ...conversionCauses(conversion)];
}

/** What versions have that API servers check once, at one place, if it is the same in all. */
type Shared = Readonly<
  Record<'schema' | 'subresources' | 'additionalPrinterColumns' | 'selectableFields', boolean>
>;

function versionsCauses(versions: Spec['versions']): Cause[] {
  const budget = schemaBudget();
  const isSame = (field: keyof Shared) =>
    versions.every((each) => sameJson(each[field], versions[0]?.[field]));
  const shared: Shared = {
    schema: isSame('schema'),
    subresources: isSame('subresources'),
    additionalPrinterColumns: isSame('additionalPrinterColumns'),
    selectableFields: isSame('selectableFields'),
  };
  return versions.flatMap((version, index) => {
    const path = `spec.versions[${index}]`;
    const at = shared.schema ? 'spec.validation.openAPIV3Schema' : `${path}.schema.openAPIV3Schema`;
    const isChecked = version.schema?.openAPIV3Schema !== undefined && (index === 0 || !shared.schema);
    return [
      ...versionCauses(version, path),
      ...(index === 0 ? formatCauses('spec.version', version.name, dns1035Label) : []),
      ...(isChecked ? schemaCauses(schemaOfVersion(version), at, budget) : []),
      ...settingCauses(version, path, { shared, isFirst: index === 0 }),
      ...statusRootCauses(version, at),
    ];
  });
}

/** Validates the subresources, columns and selectable fields of a version. */
function settingCauses(
  version: DefinitionVersion,
  path: string,
  { shared, isFirst }: { readonly shared: Shared; readonly isFirst: boolean },
): Cause[] {
  const { additionalPrinterColumns = [] } = version;
  const at = (field: keyof Shared, check: (place: string) => Cause[]) => {
    if (!shared[field]) return check(`${path}.${field}`);
    return isFirst ? check(`spec.${field}`) : [];
  };
  return [
    ...at('subresources', (place) => scaleCauses(version, `${place}.scale`)),
    ...at('additionalPrinterColumns', (place) =>
      additionalPrinterColumns.flatMap((column, index) => columnCauses(column, `${place}[${index}]`)),
    ),
    ...at('selectableFields', (place) => {
      const isApart = shared.schema && !shared.selectableFields && version.selectableFields !== undefined;
      return isApart ? [invalidValue(place, '', APART)] : selectableCauses(version, place);
    }),
  ];
}

/** API servers reject the selectable fields of one version if its schema is that of all, in these words. */
const APART = 'may only be set when `version.schema.openAPIV3Schema` is not included';

function groupCauses(group: string): Cause[] {
  if (!group) return [required('spec.group')];
  if (!SUBDOMAIN.test(group) || group.length > 253)
    return [invalidValue('spec.group', group, SUBDOMAIN_RULE)];
  return group.includes('.')
    ? []
    : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function namesCauses(names: DefinitionNames): Cause[] {
  const causes: Cause[] = [];
  const label = (field: string, name: string | undefined) => {
    if (name) causes.push(...formatCauses(`spec.names.${field}`, name, dns1035Label));
  };
  const kind = (field: string, name: string | undefined) => {
    const [error] = name ? dns1035Label(name.toLowerCase()) : [];
    if (error !== undefined)
      causes.push(
        invalidValue(
          `spec.names.${field}`,
          name,
          `may have mixed case, but should otherwise match: ${error}`,
        ),
      );
  };
  if (!names.plural) causes.push(required('spec.names.plural'));
  if (!names.kind) causes.push(required('spec.names.kind'));
  label('plural', names.plural);
  label('singular', names.singular);
  kind('kind', names.kind);
  kind('listKind', names.listKind);
  for (const [index, name] of (names.shortNames ?? []).entries()) label(`shortNames[${index}]`, name);
  if (names.kind && names.kind === names.listKind)
    causes.push(invalidValue('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  for (const [index, name] of (names.categories ?? []).entries()) label(`categories[${index}]`, name);
  return causes;
}

const CONVERSION = 'spec.conversion';

/** API servers name the fields of the conversion as their internal version has them. */
function conversionCauses(conversion: Spec['conversion']): Cause[] {
  const { strategy = 'None', webhook } = conversion ?? {};
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {};
  const [client, versions] = [`${CONVERSION}.webhookClientConfig`, `${CONVERSION}.conversionReviewVersions`];
  if (strategy === 'Webhook')
    return [
      ...(clientConfig
        ? clientConfigCauses(client, clientConfig)
        : [required(client, 'required when strategy is set to Webhook')]),
      ...reviewVersionCauses(versions, conversionReviewVersions),
    ];
  if (strategy !== 'None') return [unsupported(`${CONVERSION}.strategy`, strategy, ['None', 'Webhook'])];
  const why = 'should not be set when strategy is not set to Webhook';
  return [
    ...(clientConfig ? [forbiddenValue(client, why)] : []),
    ...(conversionReviewVersions.length > 0 ? [forbiddenValue(versions, why)] : []),
  ];
}

const REVIEW_VERSIONS = ['v1', 'v1beta1'];

function reviewVersionCauses(field: string, versions: readonly string[]): Cause[] {
  if (versions.length === 0) return [required(field)];
  const causes = versions.flatMap((version, index) => {
    const at = `${field}[${index}]`;
    if (versions.indexOf(version) < index) return [invalidValue(at, version, 'duplicate version')];
    return formatCauses(at, version, dns1035Label);
  });
  if (versions.some((version) => REVIEW_VERSIONS.includes(version))) return causes;
  return [
    ...causes,
    invalidValue(field, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`),
  ];
}

function versionCauses(version: DefinitionVersion, path: string): Cause[] {
  const { name, schema } = version;
  const causes: Cause[] = [];
  causes.push(...formatCauses(`${path}.name`, name, dns1035Label));
  if (!schema?.openAPIV3Schema) causes.push(required(`${path}.schema.openAPIV3Schema`));
  return [...deprecationCauses(version, path), ...causes];
}

function deprecationCauses({ deprecated, deprecationWarning }: DefinitionVersion, path: string): Cause[] {
  if (deprecationWarning === undefined) return [];
  const invalid = (why: string) => [invalidValue(`${path}.deprecationWarning`, deprecationWarning, why)];
  if (!deprecated) return invalid('can only be set for deprecated versions');
  if (deprecationWarning === '') return invalid('must not be an empty string');
  if (deprecationWarning.length > 256) return invalid('must be <= 256 characters long');
  return /\p{C}/u.test(deprecationWarning) ? invalid('must only contain printable UTF-8 characters') : [];
}

const ROOT_KEYWORDS = [
  ...['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum'],
  ...[
    'MaxLength',
    'MinLength',
    'Pattern',
    'MaxItems',
    'MinItems',
    'UniqueItems',
    'MultipleOf',
    'Required',
    'Items',
  ],
  ...['Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields', 'XValidations'],
];

/** With a status subresource, the schema of the status is that of its field: the root may not add to it. */
function statusRootCauses({ subresources, schema }: DefinitionVersion, path: string): Cause[] {
  if (!subresources?.status) return [];
  const names = Object.keys(schema?.openAPIV3Schema ?? {}).map((name) =>
    name
      .replace(/^x-kubernetes/, 'X')
      .replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
  if (names.every((name) => ROOT_KEYWORDS.includes(name))) return [];
  const why = `only [${ROOT_KEYWORDS.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalidValue(path, '', why)];
}

function scaleCauses({ subresources }: DefinitionVersion, path: string): Cause[] {
  const scale = subresources?.scale;
  if (!scale) return [];
  const { labelSelectorPath } = scale;
  const causes = [
    ...replicasPathCauses(scale.specReplicasPath, `${path}.specReplicasPath`, '.spec'),
    ...replicasPathCauses(scale.statusReplicasPath, `${path}.statusReplicasPath`, '.status'),
  ];
  if (!labelSelectorPath || /^\.(spec|status)\./.test(labelSelectorPath)) return causes;
  const why = labelSelectorPath.startsWith('.')
    ? 'should be a json path under either .spec or .status'
    : 'must be a simple json path starting with .';
  return [...causes, invalidValue(`${path}.labelSelectorPath`, labelSelectorPath, why)];
}

function replicasPathCauses(value: string | undefined, field: string, root: string): Cause[] {
  if (!value) return [required(field)];
  if (!value.startsWith('.'))
    return [invalidValue(field, value, 'must be a simple json path starting with .')];
  return value.startsWith(`${root}.`)
    ? []
    : [invalidValue(field, value, `should be a json path under ${root}`)];
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = [...['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']];

function columnCauses({ name, type, format, jsonPath }: ColumnDefinition, path: string): Cause[] {
  const causes: Cause[] = [];
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (!name) causes.push(required(`${path}.name`));
  if (!type) causes.push(required(`${path}.type`, types));
  else if (!COLUMN_TYPES.includes(type)) causes.push(invalidValue(`${path}.type`, type, types));
  if (format && !COLUMN_FORMATS.includes(format))
    causes.push(invalidValue(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  if (!jsonPath) causes.push(required(`${path}.JSONPath`));
  else if (!jsonPath.startsWith('.'))
    causes.push(invalidValue(`${path}.JSONPath`, jsonPath, 'must be a simple json path starting with .'));
  return causes;
}

const MAX_SELECTABLE = 8;
const SELECTABLE_TYPES = ['string', 'boolean', 'integer'];

function selectableCauses(version: DefinitionVersion, path: string): Cause[] {
  const { selectableFields = [] } = version;
  const causes: Cause[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath }] of selectableFields.entries()) {
    const field = `${path}[${index}].jsonPath`;
    if (!jsonPath) causes.push(required(field));
    else if (seen.has(jsonPath)) causes.push(duplicate(field, jsonPath));
    else causes.push(...selectableCause(jsonPath, field, schemaOfVersion(version)));
    seen.add(jsonPath);
  }
  if (seen.size > MAX_SELECTABLE) {
    const message = `Too many: ${seen.size}: must have at most ${MAX_SELECTABLE} items`;
    causes.push({ field: path, reason: 'FieldValueTooMany', message });
  }
  return causes;
}

function selectableCause(jsonPath: string, field: string, root: StructuralSchema): Cause[] {
  const steps = jsonPath.split('.').slice(1);
  let schema: StructuralSchema | undefined = root;
  for (const step of steps) schema = schema?.fields.get(step);
  if (!schema || !jsonPath.startsWith('.'))
    return [invalidValue(field, jsonPath, 'is an invalid path: does not refer to a valid field')];
  if (steps[0] === 'metadata') return [invalidValue(field, jsonPath, 'must not point to fields in metadata')];
  if (SELECTABLE_TYPES.includes(schema.type ?? '')) return [];
  const why =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
  return [invalidValue(field, jsonPath, why)];
}

/** A version in which objects are stored may not be removed. */
function storedCauses({ spec, status }: CustomResourceDefinition): Cause[] {
  const names = new Set(spec.versions.map(({ name }) => name));
  if (!spec.versions.some(({ storage }) => storage))
    return [invalidValue('status.storedVersions', null, 'must have at least one stored version')];
  return (status?.storedVersions ?? []).flatMap((version, index) =>
    names.has(version)
      ? []
      : [
          invalidValue(
            `status.storedVersions[${index}]`,
            version,
            `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions ` +
              `until a storage migration ensures no data remains persisted in ${version} and removes ${version} from ` +
              'status.storedVersions',
          ),
        ],
  );
}
