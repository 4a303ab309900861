import { Budget } from '../../cel/budget.js';
import { toCel } from '../../cel/values.js';
import {
  admissionPolicies,
  admissionPolicyBindings,
  type ParamRef,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
} from '../../kinds/admission-policies.js';
import { namespaces } from '../../kinds/nodes.js';
import type { KubeObject } from '../../kinds/object.js';
import type { ResourceType } from '../../kinds/resource.js';
import { matchesLabels } from '../../kinds/selector.js';
import { ApiError } from '../../kinds/status.js';
import type { ClusterStore } from '../../store/cluster-store.js';
import { matchesRequest } from './match.js';
import { type Failure, PolicyProgram, type Values } from './policy-program.js';
import { type AdmissionRequest, kindOf, resourceOf, subjectOf } from './request.js';

const GROUP = admissionPolicies.group;

/** Compiled policies; an object in the store never changes. */
const programs = new WeakMap<ValidatingAdmissionPolicy, PolicyProgram>();

function programOf(policy: ValidatingAdmissionPolicy): PolicyProgram {
  const known = programs.get(policy) ?? new PolicyProgram(policy);
  programs.set(policy, known);
  return known;
}

/** A policy and the binding that puts it in force for a request. */
interface Bound {
  readonly policy: ValidatingAdmissionPolicy;
  readonly binding: ValidatingAdmissionPolicyBinding;
}

/**
 * Reviews a request by the ValidatingAdmissionPolicies of the cluster. Throws the ApiError of the first denial; `warn`
 * takes the messages of policies that only warn.
 */
export function admitByPolicies(
  store: ClusterStore,
  request: AdmissionRequest,
  warn?: (text: string) => void,
): void {
  // A policy must not prevent the change of a policy.
  if (request.type.group === GROUP || store.count(admissionPolicyBindings) === 0) return;
  const bound = boundPolicies(store, request);
  if (bound.length === 0) return;
  const evaluation = { request, values: valuesOf(store, request), budget: new Budget() };
  const denials = bound.flatMap((each) => denialsOf(store, each, evaluation, warn));
  const [first] = denials;
  if (first) throw denied(request, first.message, first.reason);
}

/** The failures of a policy that deny the request; warns of the others. */
function denialsOf(
  store: ClusterStore,
  bound: Bound,
  evaluation: Evaluation,
  warn: ((text: string) => void) | undefined,
): Failure[] {
  const { policy, binding } = bound;
  const { validationActions: actions = [] } = binding.spec;
  const prefix = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  const failures = failuresOf(store, bound, evaluation);
  if (actions.includes('Warn'))
    for (const { message, isConfiguration } of failures)
      if (!isConfiguration) warn?.(`Validation failed for ${prefix}: ${message}`);
  const denying = failures.filter(({ isConfiguration }) => isConfiguration || actions.includes('Deny'));
  return denying.map(({ message, reason }) => ({ message: `${prefix} denied request: ${message}`, reason }));
}

function boundPolicies(store: ClusterStore, request: AdmissionRequest): Bound[] {
  const matching = new Map<string, ValidatingAdmissionPolicy | undefined>();
  const policyNamed = (name: string) => {
    if (matching.has(name)) return matching.get(name);
    const policy = store.get(admissionPolicies, '', name);
    const found =
      policy && matchesRequest(store, policy.spec.matchConstraints ?? {}, request) ? policy : undefined;
    matching.set(name, found);
    return found;
  };
  return [...store.all(admissionPolicyBindings)].flatMap((binding) => {
    const policy = policyNamed(binding.spec.policyName);
    const isBound = policy && matchesRequest(store, binding.spec.matchResources ?? {}, request);
    return isBound ? [{ policy, binding }] : [];
  });
}

interface Evaluation {
  readonly request: AdmissionRequest;
  readonly values: Values;
  readonly budget: Budget;
}

type PolicyFailure = Failure & { readonly isConfiguration?: boolean };

function failuresOf(
  store: ClusterStore,
  { policy, binding }: Bound,
  evaluation: Evaluation,
): PolicyFailure[] {
  const { request, values, budget } = evaluation;
  const { paramKind, failurePolicy } = policy.spec;
  const program = programOf(policy);
  if (!paramKind) return program.failures(values, budget);
  const found = paramsOf(store, { policy, binding }, request);
  if (typeof found === 'string') {
    if (failurePolicy === 'Ignore') return [];
    return [{ message: `failed to configure binding: ${found}`, reason: 'Invalid', isConfiguration: true }];
  }
  return found.flatMap((params) => program.failures({ ...values, params: toCel(params) }, budget));
}

/** The parameters of a binding; the reason why there are none if that is an error. */
function paramsOf(
  store: ClusterStore,
  { policy, binding }: Bound,
  request: AdmissionRequest,
): KubeObject[] | string {
  const { apiVersion = '', kind = '' } = policy.spec.paramKind ?? {};
  const type = store.typeOf({ apiVersion, kind });
  if (!type) return `failed to find resource referenced by paramKind: '${apiVersion}, Kind=${kind}'`;
  const { paramRef } = binding.spec;
  if (!paramRef) return [];
  const found = selectedParams(store, type, paramRef, request);
  if (found.length > 0 || paramRef.parameterNotFoundAction === 'Allow') return found;
  return 'no params found for policy binding with `Deny` parameterNotFoundAction';
}

function selectedParams(
  store: ClusterStore,
  type: ResourceType,
  { name, selector, namespace: of }: ParamRef,
  request: AdmissionRequest,
): KubeObject[] {
  const namespace = type.namespaced ? (of ?? subjectOf(request)?.metadata.namespace ?? '') : '';
  if (name) return [store.get(type, namespace, name) ?? []].flat();
  return [...store.all(type)].filter(
    ({ metadata }) => (metadata.namespace ?? '') === namespace && matchesLabels(selector, metadata.labels),
  );
}

/** The variables of the expressions for a request. */
export function valuesOf(store: ClusterStore, request: AdmissionRequest): Values {
  const { operation, subresource, object, old, user, dryRun } = request;
  const { name, namespace } = subjectOf(request)?.metadata ?? { name: '' };
  const kind = kindOf(request);
  const { plural, ...version } = resourceOf(request);
  const resource = { ...version, resource: plural };
  const namespaceObject = namespace ? store.get(namespaces, '', namespace) : undefined;
  const values = {
    object: object ?? null,
    oldObject: old ?? null,
    namespaceObject: namespaceObject ?? null,
    request: {
      ...{ kind, resource, requestKind: kind, requestResource: resource, name, operation, dryRun },
      ...{
        subResource: subresource ?? '',
        requestSubResource: subresource ?? '',
        namespace: namespace ?? '',
      },
      userInfo: user,
    },
  };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, toCel(value)]));
}

const CODES: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};

function denied(request: AdmissionRequest, message: string, reason: string): ApiError {
  const { type } = request;
  const { name } = subjectOf(request)?.metadata ?? { name: '' };
  return new ApiError(CODES[reason] ?? 422, reason, `${type.id} "${name}" is forbidden: ${message}`, {
    name,
    kind: type.plural,
    ...(type.group && { group: type.group }),
    causes: [{ message }],
  });
}
