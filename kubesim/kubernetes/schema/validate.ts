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

const NO_CAUSES: readonly Cause[] = [];

/**
 * Checks the enums and the required texts of an object with defaults. Types were checked when it was decoded, and what it
 * shares with `old`, such as the stored object, when that was written.
 */
export function schemaCauses(object: object, schema: SchemaNode, old?: object): readonly Cause[] {
  let causes = NO_CAUSES;
  for (const [name, value] of Object.entries(object))
    if (!OUTSIDE.has(name))
      causes = joined(causes, fieldCauses(name, { value, old: (old as Json | undefined)?.[name] }, schema));
  const missing = missingTexts(object as Json, schema).filter(({ field }) => !OUTSIDE.has(field));
  return joined(missing, causes);
}

/** The causes in a value, with paths that begin at it: valid objects need none. */
function structCauses(value: Json, schema: SchemaNode, old: unknown): readonly Cause[] {
  let causes = missingTexts(value, schema);
  const stored = isJson(old) ? old : undefined;
  for (const name of Object.keys(value))
    causes = joined(causes, fieldCauses(name, { value: value[name], old: stored?.[name] }, schema));
  return causes;
}

/** A value, and that of the stored object in the same place. */
interface Versions {
  readonly value: unknown;
  readonly old: unknown;
}

function missingTexts(value: Json, schema: SchemaNode): readonly Cause[] {
  let causes = NO_CAUSES;
  for (const name of requiredTexts(schema))
    if (!value[name])
      causes = [...causes, { field: name, reason: 'FieldValueRequired', message: 'Required value' }];
  return causes;
}

function fieldCauses(name: string, { value, old }: Versions, schema: SchemaNode): readonly Cause[] {
  if (value === undefined || value === old) return NO_CAUSES;
  const field = schema.fields.get(name);
  return field ? below(name, valueCauses(value, field, { owner: schema, name, old })) : NO_CAUSES;
}

function joined(causes: readonly Cause[], more: readonly Cause[]): readonly Cause[] {
  if (more.length === 0) return causes;
  return causes.length === 0 ? more : [...causes, ...more];
}

/** Causes below a field, entry or key. */
function below(step: string, causes: readonly Cause[]): readonly Cause[] {
  if (causes.length === 0) return NO_CAUSES;
  return causes.map((cause) => ({ ...cause, field: pathBelow(step, cause.field) }));
}

function pathBelow(step: string, path: string): string {
  return path === '' || path.startsWith('[') ? `${step}${path}` : `${step}.${path}`;
}

/** The field in which a value is. */
interface Place {
  readonly owner: SchemaNode;
  readonly name: string;
  /** Its value in the stored object. */
  readonly old?: unknown;
}

function valueCauses(value: unknown, schema: SchemaNode, place: Place): readonly Cause[] {
  if (typeof value === 'string') return textCauses(value, schema, place);
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? listCauses(value, items, place) : NO_CAUSES;
  }
  if (!isJson(value)) return NO_CAUSES;
  const { additionalProperties } = schema;
  if (!additionalProperties) return structCauses(value, schema, place.old);
  if (isPlainText(additionalProperties)) return NO_CAUSES;
  const entryPlace = { owner: place.owner, name: place.name };
  let causes = NO_CAUSES;
  for (const [key, entry] of Object.entries(value))
    causes = joined(causes, below(`[${key}]`, valueCauses(entry, additionalProperties, entryPlace)));
  return causes;
}

function isPlainText({ type, enum: allowed }: SchemaNode): boolean {
  return type === 'string' && !allowed;
}

/** Plain entries are reported at their list, as API servers do. */
function listCauses(list: readonly unknown[], items: SchemaNode, place: Place): readonly Cause[] {
  if (isPlainText(items)) return NO_CAUSES;
  const old: readonly unknown[] = Array.isArray(place.old) ? place.old : [];
  let causes = NO_CAUSES;
  for (const [index, entry] of list.entries()) {
    if (entry === old[index]) continue;
    const found = valueCauses(entry, items, { ...place, old: old[index] });
    causes = joined(causes, isJson(entry) ? below(`[${index}]`, found) : found);
  }
  return causes;
}

function textCauses(value: string, { enum: allowed }: SchemaNode, { owner, name }: Place): readonly Cause[] {
  if (!allowed || value === '' || allowed.includes(value)) return NO_CAUSES;
  // Type and field: `io.k8s.api.core.v1.PodSpec.restartPolicy`.
  const rule = `${owner.definitionName ?? ''}.${name}`;
  return BY_KIND.has(rule) ? NO_CAUSES : [unsupported(value, allowed, rule)];
}

function unsupported(value: string, allowed: readonly string[], rule: string): Cause {
  const words = WORDS[rule];
  const shown = JSON.stringify(value);
  if (words !== undefined)
    return { field: '', reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${words}` };
  const list = (ORDERS[rule] ?? allowed).map((text) => JSON.stringify(text)).join(', ');
  const message = `Unsupported value: ${shown}: supported values: ${list}`;
  return { field: '', reason: 'FieldValueNotSupported', message };
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
