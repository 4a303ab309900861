import { childPath } from './child-path.js';
import { isJson, type Json } from './json.js';
import type { Cause } from './cause.js';
import type { SchemaNode } from './schema-node.js';

const CORE = 'io.k8s.api.core.v1';
const ADMISSION = 'io.k8s.api.admissionregistration.v1';

/** Enums whose values errors of an API server list in another order than the alphabet's, by type and field. */
const ORDERS: Readonly<Record<string, readonly string[] | undefined>> = {
  [`${CORE}.PodSpec.restartPolicy`]: ['Always', 'OnFailure', 'Never'],
  [`${CORE}.PodSpec.preemptionPolicy`]: ['PreemptLowerPriority', 'Never'],
  [`${CORE}.PodSpec.dnsPolicy`]: ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'],
  [`${CORE}.Toleration.operator`]: ['Equal', 'Exists'],
  [`${CORE}.Toleration.effect`]: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'],
  'io.k8s.api.batch.v1.JobSpec.completionMode': ['NonIndexed', 'Indexed'],
  'io.k8s.api.networking.v1.NetworkPolicyPort.protocol': ['TCP', 'UDP', 'SCTP'],
};

/** Enums for which an API server says what is wrong in its own words. */
const WORDS: Readonly<Record<string, string | undefined>> = {
  [`${CORE}.NodeSelectorRequirement.operator`]: 'not a valid selector operator',
  'io.k8s.api.apps.v1.StatefulSetSpec.podManagementPolicy': "must be 'OrderedReady' or 'Parallel'",
};

/** Enums that the rules of a kind check, because an API server reports another field. */
const BY_KIND: ReadonlySet<string> = new Set([
  'io.k8s.api.apps.v1.DeploymentStrategy.type',
  'io.k8s.api.apps.v1.StatefulSetUpdateStrategy.type',
  'io.k8s.api.apps.v1.DaemonSetUpdateStrategy.type',
  'io.k8s.api.networking.v1.NetworkPolicySpec.policyTypes',
  `${CORE}.Taint.effect`,
  `${ADMISSION}.RuleWithOperations.operations`,
  `${ADMISSION}.NamedRuleWithOperations.operations`,
  'io.k8s.api.certificates.v1.CertificateSigningRequestSpec.usages',
  `${CORE}.ServiceSpec.ipFamilies`,
  `${CORE}.ScopedResourceSelectorRequirement.operator`,
]);

/** Required texts that an API server accepts empty, or reports at another field. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'io.k8s.api.apps.v1.StatefulSetSpec.serviceName',
  `${CORE}.Taint.key`,
  `${ADMISSION}.ServiceReference.name`,
  `${ADMISSION}.ServiceReference.namespace`,
  `${CORE}.Taint.effect`,
]);

/** Fields of an object that have rules of their own, or that clients do not decide. */
const OUTSIDE: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

/** Checks the enums and the required texts of an object with defaults. Types were checked when it was decoded. */
export function schemaCauses(object: object, schema: SchemaNode): Cause[] {
  const fields = Object.entries(object).filter(([name]) => !OUTSIDE.has(name));
  return structCauses(Object.fromEntries(fields) as Json, schema, '');
}

function structCauses(value: Json, schema: SchemaNode, path: string): Cause[] {
  const { definitionName = '' } = schema;
  const at = (name: string) => childPath(path, name);
  const missing = requiredTexts(schema).filter((name) => !value[name]);
  const causes: Cause[] = missing.map((name) => ({
    field: at(name),
    reason: 'FieldValueRequired',
    message: 'Required value',
  }));
  for (const [name, inner] of Object.entries(value)) {
    const field = schema.fields.get(name);
    if (field)
      causes.push(...valueCauses(inner, field, { path: at(name), rule: `${definitionName}.${name}` }));
  }
  return causes;
}

interface Place {
  readonly path: string;
  /** Type and field: `io.k8s.api.core.v1.PodSpec.restartPolicy`. */
  readonly rule: string;
}

function valueCauses(value: unknown, schema: SchemaNode, place: Place): Cause[] {
  const { enum: allowed, items, additionalProperties } = schema;
  if (typeof value === 'string')
    return allowed && value !== '' && !allowed.includes(value) && !BY_KIND.has(place.rule)
      ? [unsupported(value, allowed, place)]
      : [];
  if (Array.isArray(value)) return items ? listCauses(value, items, place) : [];
  if (!isJson(value)) return [];
  if (!additionalProperties) return structCauses(value, schema, place.path);
  return Object.entries(value).flatMap(([key, entry]) =>
    valueCauses(entry, additionalProperties, { ...place, path: `${place.path}[${key}]` }),
  );
}

/** Plain entries are reported at their list, as API servers do. */
function listCauses(list: readonly unknown[], items: SchemaNode, place: Place): Cause[] {
  if (items.type === 'string' && !items.enum) return [];
  return list.flatMap((entry, index) =>
    valueCauses(entry, items, isJson(entry) ? { ...place, path: `${place.path}[${index}]` } : place),
  );
}

function unsupported(value: string, allowed: readonly string[], { path, rule }: Place): Cause {
  const words = WORDS[rule];
  const shown = JSON.stringify(value);
  if (words !== undefined)
    return { field: path, reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${words}` };
  const list = (ORDERS[rule] ?? allowed).map((text) => JSON.stringify(text)).join(', ');
  const message = `Unsupported value: ${shown}: supported values: ${list}`;
  return { field: path, reason: 'FieldValueNotSupported', message };
}

const known = new WeakMap<SchemaNode, readonly string[]>();

/** Required fields of type string without a default. An API server cannot tell missing lists and numbers from empty ones. */
function requiredTexts(schema: SchemaNode): readonly string[] {
  const found = known.get(schema);
  if (found) return found;
  const texts = schema.required.filter(
    (name) =>
      schema.fields.get(name)?.type === 'string' && !OPTIONAL.has(`${schema.definitionName ?? ''}.${name}`),
  );
  known.set(schema, texts);
  return texts;
}
