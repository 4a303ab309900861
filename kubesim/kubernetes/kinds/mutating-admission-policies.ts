import { compileMutation } from '../cel/program.js';
import { formatCauses, invalidValue, required, unsupported } from '../schema/causes.js';
import {
  type AdmissionPolicyBinding,
  type AdmissionPolicySpec,
  completeBinding,
  completePolicy,
  constraintCauses,
  expressionCountCause,
  failurePolicyCauses,
  kindText,
  matchCauses,
  type MatchResources,
  paramCauses,
  paramKindCauses,
  paramText,
  policyVariables,
  variableCauses,
} from './admission-policy-rules.js';
import { dnsSubdomain } from './formats.js';
import { matchConditionCauses } from './match-conditions.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

/** A change of the object of a request. */
interface Mutation {
  readonly patchType: string;
  readonly applyConfiguration?: { readonly expression?: string };
  readonly jsonPatch?: { readonly expression?: string };
}

/** Changes in CEL of the objects of requests, in force where a binding says so. */
export interface MutatingAdmissionPolicy extends KubeObject {
  readonly spec: AdmissionPolicySpec & {
    readonly mutations?: readonly Mutation[];
    readonly reinvocationPolicy?: string;
  };
}

const GROUP = 'admissionregistration.k8s.io';

export const mutatingPolicies = defineResource<MutatingAdmissionPolicy>({
  group: GROUP,
  kind: 'MutatingAdmissionPolicy',
  generation: true,
  defaults: (policy) => ({ ...policy, spec: completePolicy(policy.spec ?? {}) }),
  validate: policyCauses,
  columns: [
    nameColumn<MutatingAdmissionPolicy>(),
    { name: 'Mutations', type: 'integer', value: ({ spec }) => spec.mutations?.length ?? 0 },
    { name: 'ParamKind', type: 'string', value: ({ spec: { paramKind } }) => kindText(paramKind) },
    ageColumn<MutatingAdmissionPolicy>(),
  ],
});

function policyCauses({ spec }: MutatingAdmissionPolicy): Cause[] {
  const { mutations = [], matchConditions = [], variables = [], reinvocationPolicy } = spec;
  const tooMany = expressionCountCause({ mutations, matchConditions, variables });
  if (tooMany) return [tooMany];
  const names = policyVariables(spec);
  return [
    ...failurePolicyCauses(spec.failurePolicy),
    ...paramKindCauses(spec.paramKind),
    ...constraintCauses(spec.matchConstraints),
    ...operationCauses('spec.matchConstraints', spec.matchConstraints),
    ...matchConditionCauses('spec.matchConditions', matchConditions, names),
    ...variableCauses(spec),
    ...(mutations.length > 0 ? [] : [required('spec.mutations', 'mutations must contain at least one item')]),
    ...mutations.flatMap((mutation, index) => mutationCauses(`spec.mutations[${index}]`, mutation, spec)),
    ...choiceCauses('spec.reinvocationPolicy', reinvocationPolicy, ['IfNeeded', 'Never']),
  ];
}

function choiceCauses(field: string, value: string | undefined, choices: readonly string[]): Cause[] {
  if (!value) return [required(field)];
  return choices.includes(value) ? [] : [unsupported(field, value, choices)];
}

/** A deletion has no object that could be changed. */
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

function operationCauses(path: string, match: MatchResources | undefined): Cause[] {
  return (match?.resourceRules ?? []).flatMap(({ operations = [] }) =>
    operations
      .filter((operation) => !OPERATIONS.includes(operation))
      .map((operation) => unsupported(`${path}.resourceRules.operations`, operation, OPERATIONS)),
  );
}

/** The types of patches, the fields of their expressions, and the types of the results as the library and cel-go name them. */
const PATCHES = [
  { type: 'ApplyConfiguration', field: 'applyConfiguration', result: 'Object', shown: 'Object' },
  { type: 'JSONPatch', field: 'jsonPatch', result: 'list<JSONPatch>', shown: 'list(JSONPatch)' },
] as const;

function mutationCauses(path: string, mutation: Mutation, spec: AdmissionPolicySpec): Cause[] {
  const { patchType } = mutation;
  const known = PATCHES.find(({ type }) => type === patchType);
  if (!known)
    return choiceCauses(
      `${path}.patchType`,
      patchType,
      PATCHES.map(({ type }) => type),
    );
  const patch = mutation[known.field];
  const excluded = PATCHES.filter(({ field }) => field !== known.field && mutation[field]);
  const why = `specified when patchType is ${patchType}`;
  return [
    ...(patch
      ? patchCauses(`${path}.${known.field}.expression`, patch.expression, { ...known, spec })
      : [required(`${path}.${known.field}`, `must be ${why}`)]),
    ...excluded.map(({ field }) => invalidValue(`${path}.${field}`, `{${field}}`, `must not be ${why}`)),
  ];
}

function patchCauses(
  field: string,
  expression: string | undefined,
  { spec, result, shown }: (typeof PATCHES)[number] & { readonly spec: AdmissionPolicySpec },
): Cause[] {
  const text = expression?.trim();
  if (!text) return [required(field)];
  try {
    const { type } = compileMutation(text, policyVariables(spec));
    // An empty list has no type of its own.
    const isFitting = type === result || (type === 'list<T>' && result === 'list<JSONPatch>');
    return isFitting ? [] : [invalidValue(field, text, `must evaluate to ${shown} but got ${type}`)];
  } catch (error) {
    return [invalidValue(field, text, `compilation failed: ${(error as Error).message}`)];
  }
}

export const mutatingPolicyBindings = defineResource<AdmissionPolicyBinding>({
  group: GROUP,
  kind: 'MutatingAdmissionPolicyBinding',
  generation: true,
  defaults: (binding) => ({ ...binding, spec: completeBinding(binding.spec ?? {}) }),
  validate: ({ spec: { policyName, paramRef, matchResources } }) => [
    ...(policyName
      ? formatCauses('spec.policyName', policyName, dnsSubdomain)
      : [required('spec.policyName')]),
    ...paramCauses(paramRef),
    ...matchCauses('spec.matchResources', matchResources),
    ...operationCauses('spec.matchResources', matchResources),
  ],
  columns: [
    nameColumn<AdmissionPolicyBinding>(),
    { name: 'PolicyName', type: 'string', value: ({ spec }) => spec.policyName },
    { name: 'ParamRef', type: 'string', value: ({ spec: { paramRef } }) => paramText(paramRef) },
    ageColumn<AdmissionPolicyBinding>(),
  ],
});
