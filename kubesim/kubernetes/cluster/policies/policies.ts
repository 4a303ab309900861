import { Budget } from '../../cel/budget.js';
import { toCel } from '../../cel/values.js';
import {
  admissionPolicies,
  admissionPolicyBindings,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
} from '../../kinds/admission-policies.js';
import { ApiError } from '../../kinds/status.js';
import type { ClusterStore } from '../../store/cluster-store.js';
import { type BoundPolicy, boundPolicies, paramsOf } from './bound-policies.js';
import { type Failure, PolicyProgram } from './policy-program.js';
import { type AdmissionRequest, subjectOf } from './request.js';
import { type Values, valuesOf } from './values.js';

const GROUP = admissionPolicies.group;
const KINDS = { policies: admissionPolicies, bindings: admissionPolicyBindings };

/** Compiled policies; an object in the store never changes. */
const programs = new WeakMap<ValidatingAdmissionPolicy, PolicyProgram>();

function programOf(policy: ValidatingAdmissionPolicy): PolicyProgram {
  const known = programs.get(policy) ?? new PolicyProgram(policy);
  programs.set(policy, known);
  return known;
}

type Bound = BoundPolicy<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding>;

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
  const bound = boundPolicies(store, request, KINDS);
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
  const program = programOf(policy);
  const found = paramsOf(store, { policy, binding }, request);
  if (typeof found === 'string') {
    if (policy.spec.failurePolicy === 'Ignore') return [];
    return [{ message: `failed to configure binding: ${found}`, reason: 'Invalid', isConfiguration: true }];
  }
  return found.flatMap((params) => program.failures({ ...values, params: toCel(params) }, budget));
}

const CODES: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};

function denied(request: AdmissionRequest, message: string, reason: string): ApiError {
  const { type } = request;
  const name = nameOf(request);
  return new ApiError(CODES[reason] ?? 422, reason, `${type.id} "${name}" is forbidden: ${message}`, {
    name,
    kind: type.plural,
    ...(type.group && { group: type.group }),
    causes: [{ message }],
  });
}

/** The name in the path, since options of a connection have none, or that of the object. */
function nameOf(request: AdmissionRequest): string {
  const { name = '', generateName = '' } = subjectOf(request)?.metadata ?? {};
  return request.attributes?.name || name || generateName || 'Unknown';
}
