import type {
  AdmissionPolicy,
  AdmissionPolicyBinding,
  ParamRef,
} from '../../kinds/admission-policy-rules.js';
import type { KubeObject } from '../../kinds/object.js';
import type { ResourceType } from '../../kinds/resource.js';
import { matchesLabels } from '../../kinds/selector.js';
import type { ClusterStore } from '../../store/cluster-store.js';
import { matchesRequest } from './match.js';
import { type AdmissionRequest, subjectOf } from './request.js';

/** The kinds of policies and of their bindings. */
interface PolicyKinds<P extends AdmissionPolicy, B extends AdmissionPolicyBinding> {
  readonly policies: ResourceType<P>;
  readonly bindings: ResourceType<B>;
}

/** A policy and the binding that puts it in force for a request. */
export interface BoundPolicy<P extends AdmissionPolicy, B extends AdmissionPolicyBinding> {
  readonly policy: P;
  readonly binding: B;
}

/** The policies that are in force for a request. */
export function boundPolicies<P extends AdmissionPolicy, B extends AdmissionPolicyBinding>(
  store: ClusterStore,
  request: AdmissionRequest,
  { policies, bindings }: PolicyKinds<P, B>,
): BoundPolicy<P, B>[] {
  const matching = new Map<string, P | undefined>();
  const policyNamed = (name: string) => {
    if (matching.has(name)) return matching.get(name);
    const policy = store.get(policies, '', name);
    const found =
      policy && matchesRequest(store, policy.spec.matchConstraints ?? {}, request) ? policy : undefined;
    matching.set(name, found);
    return found;
  };
  return [...store.all(bindings)].flatMap((binding) => {
    const policy = policyNamed(binding.spec.policyName);
    const isBound = policy && matchesRequest(store, binding.spec.matchResources ?? {}, request);
    return isBound ? [{ policy, binding }] : [];
  });
}

/**
 * The parameters of a binding, each for an evaluation of its own; null for an evaluation without parameters. The reason
 * why there are none if that is an error.
 */
export function paramsOf(
  store: ClusterStore,
  { policy, binding }: BoundPolicy<AdmissionPolicy, AdmissionPolicyBinding>,
  request: AdmissionRequest,
): readonly (KubeObject | null)[] | string {
  const { paramKind } = policy.spec;
  if (!paramKind) return [null];
  const { apiVersion = '', kind = '' } = paramKind;
  const type = store.typeOf({ apiVersion, kind });
  if (!type) return `failed to find resource referenced by paramKind: '${apiVersion}, Kind=${kind}'`;
  const { paramRef } = binding.spec;
  if (!paramRef) return [null];
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
