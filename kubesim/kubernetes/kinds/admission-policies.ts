import type { Variables } from '../cel/program.js';
import { duplicate, invalidValue, required, unsupported } from '../schema/causes.js';
import type { OperationRule } from './admission-rules.js';
import { expressionCauses, matchConditionCauses, type NamedExpression } from './match-conditions.js';
import type { KubeObject, LabelSelector } from './object.js';
import { ageColumn, defineResource, nameColumn, type Cause } from './resource.js';

/** Operations on resources that a policy is for. */
export interface ResourceRule extends OperationRule {
  readonly resourceNames?: readonly string[];
}

/** The requests that a policy or a binding is for. */
export interface MatchResources {
  readonly resourceRules?: readonly ResourceRule[];
  readonly excludeResourceRules?: readonly ResourceRule[];
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly matchPolicy?: string;
}

export interface Validation {
  readonly expression: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
}

/** Rules in CEL for requests, in force where a binding says so. */
export interface ValidatingAdmissionPolicy extends KubeObject {
  readonly spec: {
    readonly paramKind?: { readonly apiVersion?: string; readonly kind?: string };
    readonly matchConstraints?: MatchResources;
    readonly matchConditions?: readonly NamedExpression[];
    readonly variables?: readonly NamedExpression[];
    readonly validations?: readonly Validation[];
    readonly auditAnnotations?: readonly { readonly key: string; readonly valueExpression: string }[];
    readonly failurePolicy?: string;
  };
}

export interface ParamRef {
  readonly name?: string;
  readonly namespace?: string;
  readonly selector?: LabelSelector;
  readonly parameterNotFoundAction?: string;
}

/** Puts a policy in force for some requests, with its parameters. */
export interface ValidatingAdmissionPolicyBinding extends KubeObject {
  readonly spec: {
    readonly policyName: string;
    readonly paramRef?: ParamRef;
    readonly matchResources?: MatchResources;
    readonly validationActions?: readonly string[];
  };
}

const GROUP = 'admissionregistration.k8s.io';

/** The most expressions of each list of a policy: each is evaluated for each request. */
const MAX_EXPRESSIONS = 64;

/** The variables of the expressions of a policy. */
export function policyVariables({ spec }: ValidatingAdmissionPolicy): Variables {
  return {
    ...{ object: 'dyn', oldObject: 'dyn', request: 'dyn', namespaceObject: 'dyn', variables: 'dyn' },
    ...(spec.paramKind && { params: 'dyn' }),
  };
}

function completeMatch(match: MatchResources): MatchResources {
  const rules = (list: readonly ResourceRule[]) =>
    list.map((rule) => ({ ...rule, scope: rule.scope ?? '*' }));
  return {
    ...match,
    namespaceSelector: match.namespaceSelector ?? {},
    objectSelector: match.objectSelector ?? {},
    matchPolicy: match.matchPolicy ?? 'Equivalent',
    ...(match.resourceRules && { resourceRules: rules(match.resourceRules) }),
    ...(match.excludeResourceRules && { excludeResourceRules: rules(match.excludeResourceRules) }),
  };
}

export const admissionPolicies = defineResource<ValidatingAdmissionPolicy>({
  group: GROUP,
  kind: 'ValidatingAdmissionPolicy',
  generation: true,
  defaults: (policy) => {
    const spec = policy.spec ?? {};
    const { matchConstraints, failurePolicy = 'Fail' } = spec;
    return {
      ...policy,
      spec: {
        ...spec,
        failurePolicy,
        ...(matchConstraints && { matchConstraints: completeMatch(matchConstraints) }),
      },
    };
  },
  validate: policyCauses,
  columns: [
    nameColumn<ValidatingAdmissionPolicy>(),
    { name: 'Validations', type: 'integer', value: ({ spec }) => spec.validations?.length ?? 0 },
    { name: 'ParamKind', type: 'string', value: ({ spec: { paramKind } }) => kindText(paramKind) },
    ageColumn<ValidatingAdmissionPolicy>(),
  ],
});

function kindText(kind: ValidatingAdmissionPolicy['spec']['paramKind']): string {
  return kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>';
}

function policyCauses(policy: ValidatingAdmissionPolicy): Cause[] {
  const { spec } = policy;
  const {
    validations = [],
    auditAnnotations = [],
    matchConditions = [],
    variables = [],
    failurePolicy,
  } = spec;
  for (const [field, list] of Object.entries({ validations, auditAnnotations, matchConditions, variables }))
    if (list.length > MAX_EXPRESSIONS) return [tooMany(`spec.${field}`, list.length)];
  const check = (expression: string, field: string, type?: string) =>
    expressionCauses(expression, field, { type, variables: policyVariables(policy) });
  return [
    ...failurePolicyCauses(failurePolicy),
    ...matchCauses(spec.matchConstraints),
    ...matchConditionCauses('spec.matchConditions', matchConditions, policyVariables(policy)),
    ...namedCauses(variables, 'spec.variables', (text, field) => check(text, field)),
    ...(validations.length + auditAnnotations.length === 0
      ? [required('spec.validations', 'validations or auditAnnotations must be non-empty')]
      : []),
    ...validations.flatMap((validation, index) =>
      validationCauses(validation, `spec.validations[${index}]`, check),
    ),
    ...auditAnnotations.flatMap(({ valueExpression }, index) =>
      check(valueExpression, `spec.auditAnnotations[${index}].valueExpression`),
    ),
  ];
}

function tooMany(field: string, count: number): Cause {
  const message = `Too many: ${count}: must have at most ${MAX_EXPRESSIONS} items`;
  return { field, reason: 'FieldValueTooMany', message };
}

function failurePolicyCauses(policy: string | undefined): Cause[] {
  if (policy === undefined || ['Fail', 'Ignore'].includes(policy)) return [];
  return [unsupported('spec.failurePolicy', policy, ['Fail', 'Ignore'])];
}

function matchCauses(match: MatchResources | undefined): Cause[] {
  if (!match) return [required('spec.matchConstraints')];
  const { resourceRules = [] } = match;
  if (resourceRules.length === 0) return [required('spec.matchConstraints.resourceRules')];
  return resourceRules.flatMap((rule, index) =>
    (['apiGroups', 'apiVersions', 'resources', 'operations'] as const).flatMap((name) =>
      rule[name]?.length ? [] : [required(`spec.matchConstraints.resourceRules[${index}].${name}`)],
    ),
  );
}

type CheckExpression = (expression: string, field: string, type?: string) => Cause[];

function namedCauses(list: readonly NamedExpression[], path: string, check: CheckExpression): Cause[] {
  const seen = new Set<string>();
  return list.flatMap(({ name, expression }, index) => {
    const isTwice = seen.has(name);
    seen.add(name);
    return [
      ...(name ? [] : [required(`${path}[${index}].name`)]),
      ...(isTwice ? [duplicate(`${path}[${index}].name`, name)] : []),
      ...check(expression, `${path}[${index}].expression`),
    ];
  });
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];

function validationCauses(
  { expression, message, messageExpression, reason }: Validation,
  path: string,
  check: CheckExpression,
): Cause[] {
  return [
    ...check(expression, `${path}.expression`, 'bool'),
    ...(messageExpression ? check(messageExpression, `${path}.messageExpression`, 'string') : []),
    ...(message?.includes('\n')
      ? [invalidValue(`${path}.message`, message, 'message must not contain line breaks')]
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
  defaults: (binding) => {
    const spec = binding.spec ?? {};
    const { matchResources } = spec;
    return {
      ...binding,
      spec: { ...spec, ...(matchResources && { matchResources: completeMatch(matchResources) }) },
    };
  },
  validate: ({ spec: { policyName, validationActions = [], paramRef } }) => [
    ...(policyName ? [] : [required('spec.policyName')]),
    ...actionCauses(validationActions),
    ...(paramRef ? paramCauses(paramRef) : []),
  ],
  columns: [
    nameColumn<ValidatingAdmissionPolicyBinding>(),
    { name: 'PolicyName', type: 'string', value: ({ spec }) => spec.policyName },
    { name: 'ParamRef', type: 'string', value: ({ spec: { paramRef } }) => paramText(paramRef) },
    ageColumn<ValidatingAdmissionPolicyBinding>(),
  ],
});

function paramText(ref: ParamRef | undefined): string {
  if (!ref) return '<unset>';
  return ref.namespace ? `${ref.namespace}/${ref.name ?? '*'}` : (ref.name ?? '*');
}

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

function paramCauses({ name, selector, parameterNotFoundAction: action }: ParamRef): Cause[] {
  const path = 'spec.paramRef';
  if (name && selector)
    return [invalidValue(`${path}.name`, name, 'name and selector are mutually exclusive')];
  return [
    ...(name || selector ? [] : [required(path, 'one of name or selector must be specified')]),
    ...(action ? [] : [required(`${path}.parameterNotFoundAction`, 'parameterNotFoundAction is required')]),
    ...(action && !['Allow', 'Deny'].includes(action)
      ? [unsupported(`${path}.parameterNotFoundAction`, action, ['Allow', 'Deny'])]
      : []),
  ];
}
