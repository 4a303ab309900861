import { Budget } from '../../cel/budget.js';
import { sizeOf, toCel } from '../../cel/values.js';
import type { AdmissionPolicyBinding } from '../../kinds/admission-policy-rules.js';
import {
  type MutatingAdmissionPolicy,
  mutatingPolicies,
  mutatingPolicyBindings,
} from '../../kinds/mutating-admission-policies.js';
import type { KubeObject } from '../../kinds/object.js';
import { groupVersion } from '../../kinds/resource.js';
import { ApiError } from '../../kinds/status.js';
import { resourceFieldSchema } from '../../managed-fields/custom-field-schema.js';
import type { FieldSchema } from '../../managed-fields/field-schema.js';
import { schemaOfKind } from '../../managed-fields/field-schemas.js';
import { sameJson } from '../../../../kernel/same-json.js';
import type { ClusterStore } from '../../store/cluster-store.js';
import { type BoundPolicy, boundPolicies, paramsOf } from './bound-policies.js';
import { MutationError, MutationProgram } from './mutation-program.js';
import { type AdmissionRequest, resourceOf, subjectOf } from './request.js';
import { type Values, valuesOf } from './values.js';

const KINDS = { policies: mutatingPolicies, bindings: mutatingPolicyBindings };

/** Compiled policies; an object in the store never changes. */
const programs = new WeakMap<MutatingAdmissionPolicy, MutationProgram>();

function programOf(policy: MutatingAdmissionPolicy): MutationProgram {
  const known = programs.get(policy) ?? new MutationProgram(policy);
  programs.set(policy, known);
  return known;
}

type Bound = BoundPolicy<MutatingAdmissionPolicy, AdmissionPolicyBinding>;

/** What the MutatingAdmissionPolicies of a cluster make of the object of a request; undefined if there are none. */
export function mutationsOf(store: ClusterStore, request: AdmissionRequest): RequestMutations | undefined {
  // A policy must not prevent the change of a policy, and a deletion has no object.
  if (store.count(mutatingPolicyBindings) === 0) return undefined;
  if (request.type.group === mutatingPolicies.group || request.operation === 'DELETE') return undefined;
  return new RequestMutations(store, request);
}

/** An error of a policy that denies the request. */
interface Denial {
  readonly message: string;
  readonly reason: string;
}

/** The mutations of the object of one request. */
export class RequestMutations {
  private readonly budget = new Budget();
  /** Policies, with their bindings and parameters, that want to see the changes of later ones. */
  private readonly reinvocable = new Set<string>();
  private hasMutated = false;
  private last: KubeObject | undefined;

  constructor(
    private readonly store: ClusterStore,
    private readonly request: AdmissionRequest,
  ) {}

  /** The object after the mutations of all policies. Throws ApiError. */
  invoke(object: KubeObject): KubeObject {
    return this.run(object, () => true);
  }

  /**
   * The object after the mutations of policies that are to be invoked again when the object has changed, by a policy or
   * since. Throws ApiError.
   */
  reinvoke(object: KubeObject): KubeObject {
    if (this.reinvocable.size === 0) return object;
    if (!this.hasMutated && this.last && sameJson(this.last, object)) return object;
    const again = new Set(this.reinvocable);
    return this.run(object, (key) => again.has(key));
  }

  private run(object: KubeObject, isInvoked: (key: string) => boolean): KubeObject {
    const request = { ...this.request, object };
    const bound = boundPolicies(this.store, request, KINDS).sort(byName);
    const mutation = new ObjectMutation(this.store, request, this.budget);
    const denials = bound.flatMap((each) => this.apply(each, mutation, isInvoked));
    if (denials.length > 0) throw denied(request, denials);
    this.hasMutated ||= mutation.hasMutated;
    this.last = mutation.object;
    return mutation.object;
  }

  /** Applies a policy with each of its parameters. Returns the errors that deny the request. */
  private apply(bound: Bound, mutation: ObjectMutation, isInvoked: (key: string) => boolean): Denial[] {
    const { policy } = bound;
    const params = paramsOf(this.store, bound, mutation.request);
    if (typeof params === 'string')
      return denialOf(bound, `failed to configure binding: ${params}`, 'Forbidden');
    return params.flatMap((param) => {
      const key = keyOf(bound, param);
      const errors = isInvoked(key) ? mutation.apply(policy, param) : undefined;
      if (errors && policy.spec.reinvocationPolicy === 'IfNeeded') this.reinvocable.add(key);
      return (errors ?? []).flatMap((message) => denialOf(bound, message, 'Invalid'));
    });
  }
}

function byName(a: Bound, b: Bound): number {
  const names = ({ policy, binding }: Bound) => `${policy.metadata.name}/${binding.metadata.name}`;
  return names(a) < names(b) ? -1 : 1;
}

function keyOf({ policy, binding }: Bound, param: KubeObject | null): string {
  const { namespace = '', name = '' } = param?.metadata ?? {};
  return [policy.metadata.name, binding.metadata.name, namespace, name].join('/');
}

function denialOf({ policy, binding }: Bound, message: string, reason: string): Denial[] {
  if (policy.spec.failurePolicy === 'Ignore') return [];
  const names = `policy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  return [{ message: `${names} denied request: ${message}`, reason }];
}

function denied(request: AdmissionRequest, denials: readonly Denial[]): ApiError {
  const { type, attributes } = request;
  const name = attributes?.name ?? subjectOf(request)?.metadata.name ?? '';
  const [first] = denials;
  return new ApiError(403, first?.reason ?? 'Forbidden', first?.message ?? '', {
    name,
    kind: type.plural,
    ...(type.group && { group: type.group }),
    causes: denials.map(({ message }) => ({ message })),
  });
}

/** The object of a request while policies mutate it. */
class ObjectMutation {
  hasMutated = false;
  object: KubeObject;
  private values: Values;

  constructor(
    store: ClusterStore,
    readonly request: AdmissionRequest & { readonly object: KubeObject },
    private readonly budget: Budget,
  ) {
    this.object = request.object;
    this.values = valuesOf(store, request);
  }

  /** The errors of the mutations of a policy; undefined if it is not for the request. Throws ApiError. */
  apply(policy: MutatingAdmissionPolicy, param: KubeObject | null): readonly string[] | undefined {
    const { budget } = this;
    const program = programOf(policy);
    const params = toCel(param);
    const isMatch = program.conditions.match({ ...this.values, params }, budget);
    if (typeof isMatch === 'string') return [isMatch];
    if (!isMatch) return undefined;
    const schema = schemaOfObject(this.request, this.object);
    const errors: string[] = [];
    for (let index = 0; index < program.size; index += 1) {
      const own = { ...this.values, params };
      const values = { ...own, variables: program.conditions.variablesFor(own, budget) };
      try {
        this.become(program.mutate(index, { object: this.object, schema, values, budget }));
      } catch (error) {
        if (!(error instanceof MutationError)) throw error;
        errors.push(error.message);
      }
    }
    return errors;
  }

  private become(object: KubeObject): void {
    this.hasMutated = true;
    // A mutation reads and copies the object.
    this.budget.charge(sizeOf(this.values['object']));
    if (sameJson(object, this.object)) return;
    this.object = object;
    this.values = { ...this.values, object: toCel(object) };
  }
}

/** The schema of the object of a request; undefined for that of a subresource, whose kind is of another group. */
function schemaOfObject(
  request: AdmissionRequest,
  { apiVersion, kind }: KubeObject,
): FieldSchema | undefined {
  const { custom, kind: own } = request.type;
  if (custom && kind === own) return resourceFieldSchema(custom.schema);
  if (kind !== own && apiVersion !== groupVersion(resourceOf(request))) return undefined;
  return schemaOfKind(apiVersion, kind);
}
