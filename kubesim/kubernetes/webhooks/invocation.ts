import type { Budget } from '../cel/budget.js';
import { compile, type Program } from '../cel/program.js';
import { matchesNamespace, matchesObject, matchesOperation } from '../cluster/policies/match.js';
import { valuesOf } from '../cluster/policies/values.js';
import {
  type AdmissionRequest,
  kindOf,
  resourceOf,
  type VersionedKind,
  type VersionedResource,
} from '../cluster/policies/request.js';
import type { ClusterResources } from '../cluster/resources.js';
import type { Json, KubeObject } from '../kinds/object.js';
import type { ServedType } from '../kinds/registry.js';
import { ApiError } from '../kinds/status.js';
import { type AdmissionWebhook, MATCH_VARIABLES } from '../kinds/webhook-configurations.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** A webhook that is for a request, and the version of the objects that it gets. */
export interface Invocation {
  readonly webhook: AdmissionWebhook;
  readonly resource: VersionedResource;
  readonly kind: VersionedKind;
  /** Converts the object of the request to what the webhook gets. */
  convert(object: KubeObject): KubeObject;
  /** Converts what the webhook made of the object back. */
  revert(object: Json): Json;
  /** Waits for the conversion of objects for `convert`; undefined if there is nothing to wait for. Throws ApiError. */
  prepare?(objects: readonly KubeObject[]): Promise<void> | undefined;
  /** Waits for the conversion of an object for `revert`. */
  prepareReverted?(object: Json): Promise<void> | undefined;
}

/** What decides which webhooks are for a request. */
export interface Matching {
  readonly store: ClusterStore;
  readonly resources: ClusterResources;
  /** Steps that the conditions of all webhooks may take. */
  readonly budget: Budget;
  /** The version of a kind with the webhook that converts its objects for this request. */
  bind(served: ServedType): ServedType;
}

const unchanged = {
  convert: (object: KubeObject) => object,
  revert: (object: Json) => object,
};

/** Whether a rule of the webhook is for the resource of the request or, if it accepts them, an equivalent one. */
export function ruleOf(
  { resources, bind }: Matching,
  webhook: AdmissionWebhook,
  request: AdmissionRequest,
): Invocation | undefined {
  const { rules = [], matchPolicy } = webhook;
  const resource = resourceOf(request);
  const kind = kindOf(request);
  if (rules.some((rule) => matchesOperation(rule, request, resource)))
    return { webhook, resource, kind, ...unchanged };
  if (matchPolicy !== 'Equivalent' || !request.attributes) return undefined;
  const equivalents = resources.servedAs(request.type);
  if (equivalents.length < 2) return undefined;
  for (const rule of rules)
    for (const served of equivalents) {
      const other = { group: served.group, version: served.version, plural: served.type.plural };
      if (matchesOperation(rule, request, other)) return equivalent(webhook, request, bind(served));
    }
  return undefined;
}

function equivalent(webhook: AdmissionWebhook, request: AdmissionRequest, served: ServedType): Invocation {
  const { group, version, type } = served;
  const resource = { group, version, plural: type.plural };
  const { served: own, kind } = request.attributes ?? {};
  // A subresource of its own kind has the same object in all versions.
  if (kind) return { webhook, resource, kind, ...unchanged };
  const between = (from: ServedType | undefined, to: ServedType | undefined) => (object: Json) => {
    const stored = from?.convert ? from.convert.in(object) : object;
    return to?.convert ? to.convert.out(stored as unknown as KubeObject) : stored;
  };
  const convert = between(own, served);
  return {
    webhook,
    resource,
    kind: { group, version, kind: type.kind },
    convert: (object) => convert(object as unknown as Json) as unknown as KubeObject,
    revert: between(served, own),
    prepare: (objects) => served.convert?.prepare?.(objects),
    prepareReverted: (object) => own?.convert?.prepare?.([object as unknown as KubeObject]),
  };
}

/** Whether the selectors and conditions of the webhook select the request. Throws ApiError if a condition fails. */
export function isSelected(
  { store, budget }: Matching,
  invocation: Invocation,
  request: AdmissionRequest,
): boolean {
  const { webhook } = invocation;
  if (!matchesNamespace(store, webhook.namespaceSelector, request)) return false;
  if (!matchesObject(webhook.objectSelector, request)) return false;
  return meetsConditions(store, budget, { invocation, request });
}

/** Compiled conditions; a webhook in the store never changes. */
const programs = new WeakMap<AdmissionWebhook, readonly Program[]>();

function conditionsOf(webhook: AdmissionWebhook): readonly Program[] {
  const { matchConditions = [] } = webhook;
  const known =
    programs.get(webhook) ?? matchConditions.map(({ expression }) => compile(expression, MATCH_VARIABLES));
  programs.set(webhook, known);
  return known;
}

function meetsConditions(
  store: ClusterStore,
  budget: Budget,
  { invocation, request }: { readonly invocation: Invocation; readonly request: AdmissionRequest },
): boolean {
  const { webhook } = invocation;
  const conditions = conditionsOf(webhook);
  if (conditions.length === 0) return true;
  const { object, old } = request;
  const values = valuesOf(store, {
    ...request,
    ...(object && { object: invocation.convert(object) }),
    ...(old && { old: invocation.convert(old) }),
  });
  const errors: string[] = [];
  for (const program of conditions) {
    try {
      if (program.evaluate(values, budget) === false) return false;
    } catch (error) {
      errors.push(`expression '${program.expression}' resulted in error: ${(error as Error).message}`);
    }
  }
  if (errors.length === 0) return true;
  if (webhook.failurePolicy === 'Ignore') return false;
  throw unevaluated(request, errors);
}

function unevaluated({ type, attributes }: AdmissionRequest, errors: readonly string[]): ApiError {
  const name = attributes?.name ?? '';
  const why = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
  const message = `${type.id} ${JSON.stringify(name)} is forbidden: ${why}`;
  return new ApiError(403, 'Forbidden', message, {
    name,
    group: type.group || undefined,
    kind: type.plural,
  } as ApiError['details']);
}
