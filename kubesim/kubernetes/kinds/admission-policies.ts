import { duplicate, invalidValue, required, unsupported } from '../schema/causes.js';
import {
  type AdmissionPolicyBindingSpec,
  type AdmissionPolicySpec,
  type CheckExpression,
  completeBinding,
  completePolicy,
  constraintCauses,
  expressionCheck,
  expressionCountCause,
  failurePolicyCauses,
  kindText,
  matchCauses,
  paramCauses,
  paramKindCauses,
  paramText,
  messageVariables,
  policyVariables,
  variableCauses,
} from './admission-policy-rules.js';
import { matchConditionCauses } from './match-conditions.js';
import type { KubeObject } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

export interface Validation {
  readonly expression: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
}

/** Rules in CEL for requests, in force where a binding says so. */
export interface ValidatingAdmissionPolicy extends KubeObject {
  readonly spec: AdmissionPolicySpec & {
    readonly validations?: readonly Validation[];
    readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[];
  };
}

/** Puts a policy in force for some requests, with its parameters. */
export interface ValidatingAdmissionPolicyBinding extends KubeObject {
  readonly spec: AdmissionPolicyBindingSpec & { readonly validationActions?: readonly string[] };
}

const GROUP = 'admissionregistration.k8s.io';

export const admissionPolicies = defineResource<ValidatingAdmissionPolicy>({
  group: GROUP,
  kind: 'ValidatingAdmissionPolicy',
  generation: true,
  defaults: (policy) => ({ ...policy, spec: completePolicy(policy.spec ?? {}) }),
  validate: policyCauses,
  columns: [
    nameColumn<ValidatingAdmissionPolicy>(),
    { name: 'Validations', type: 'integer', value: ({ spec }) => spec.validations?.length ?? 0 },
    { name: 'ParamKind', type: 'string', value: ({ spec: { paramKind } }) => kindText(paramKind) },
    ageColumn<ValidatingAdmissionPolicy>(),
  ],
});

function policyCauses(policy: ValidatingAdmissionPolicy): Cause[] {
  const { spec } = policy;
  const {
    validations = [],
    auditAnnotations = [],
    matchConditions = [],
    variables = [],
    failurePolicy,
  } = spec;
  const tooMany = expressionCountCause({ validations, auditAnnotations, matchConditions, variables });
  if (tooMany) return [tooMany];
  const names = variables.map(({ name }) => name);
  const check = expressionCheck(spec, names);
  const checkMessage = expressionCheck(spec, names, messageVariables(spec));
  return [
    ...failurePolicyCauses(failurePolicy),
    ...paramKindCauses(spec.paramKind),
    ...constraintCauses(spec.matchConstraints),
    ...matchConditionCauses('spec.matchConditions', matchConditions, policyVariables(spec)),
    ...variableCauses(spec),
    ...(validations.length + auditAnnotations.length === 0
      ? ['spec.validations', 'spec.auditAnnotations'].map((field) => required(field, NOTHING))
      : []),
    ...validations.flatMap((validation, index) =>
      validationCauses(validation, `spec.validations[${index}]`, { check, checkMessage }),
    ),
    ...auditAnnotations.flatMap(({ valueExpression }, index) =>
      check(valueExpression, `spec.auditAnnotations[${index}].valueExpression`, 'string', 'null'),
    ),
  ];
}

const NOTHING = 'validations or auditAnnotations must contain at least one item';
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

function validationCauses(
  { expression, message, messageExpression, reason }: Validation,
  path: string,
  { check, checkMessage }: { readonly check: CheckExpression; readonly checkMessage: CheckExpression },
): Cause[] {
  return [
    ...check(expression, `${path}.expression`, 'bool'),
    ...(messageExpression ? checkMessage(messageExpression, `${path}.messageExpression`, 'string') : []),
    ...(/[\n\r]/.test(message?.trim() ?? '')
      ? [invalidValue(`${path}.message`, message, 'must not contain line breaks')]
      : []),
    ...(reason === undefined || REASONS.includes(reason)
      ? []
      : [unsupported(`${path}.reason`, reason, REASONS)]),
  ];
}

const ACTIONS = ['Audit', 'Deny', 'Warn'];

export const admissionPolicyBindings = defineResource<ValidatingAdmissionPolicyBinding>({
  group: GROUP,
  kind: 'ValidatingAdmissionPolicyBinding',
  generation: true,
  defaults: (binding) => ({ ...binding, spec: completeBinding(binding.spec ?? {}) }),
  validate: ({ spec: { policyName, validationActions = [], paramRef, matchResources } }) => [
    ...(policyName ? [] : [required('spec.policyName')]),
    ...actionCauses(validationActions),
    ...paramCauses(paramRef),
    ...matchCauses('spec.matchResources', matchResources),
  ],
  columns: [
    nameColumn<ValidatingAdmissionPolicyBinding>(),
    { name: 'PolicyName', type: 'string', value: ({ spec }) => spec.policyName },
    { name: 'ParamRef', type: 'string', value: ({ spec: { paramRef } }) => paramText(paramRef) },
    ageColumn<ValidatingAdmissionPolicyBinding>(),
  ],
});

function actionCauses(actions: readonly string[]): Cause[] {
  const field = 'spec.validationActions';
  if (actions.length === 0) return [required(field, 'at least one validation action is required')];
  const both =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and ' +
    'headers serves no purpose)';
  return [
    ...actions.flatMap((action, index) => {
      if (!ACTIONS.includes(action)) return [unsupported(`${field}[${index}]`, action, ACTIONS)];
      return actions.indexOf(action) < index ? [duplicate(`${field}[${index}]`, action)] : [];
    }),
    ...(actions.includes('Deny') && actions.includes('Warn') ? [invalidValue(field, actions, both)] : []),
  ];
}
