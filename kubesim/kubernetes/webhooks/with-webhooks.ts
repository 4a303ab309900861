import { Budget } from '../cel/budget.js';
import { MAX_DEPTH, nestsTooDeeply } from '../kinds/nesting.js';
import { jsonPatch } from '../patches/json-patch.js';
import type { AdmissionRequest } from '../cluster/policies/request.js';
import type { ClusterResources } from '../cluster/resources.js';
import type { ConversionStep, Review, Reviewed } from '../cluster/review.js';
import { sameJson } from '../../../kernel/same-json.js';
import type { Json, KubeObject } from '../kinds/object.js';
import type { ServedType } from '../kinds/registry.js';
import { ApiError, internalError } from '../kinds/status.js';
import { mutatingWebhooks } from '../kinds/webhook-configurations.js';
import { callWebhook, type Caller, CallingWebhookError, failureOf, requestTimeout } from './call-webhook.js';
import { type Invocation, isSelected, type Matching, ruleOf } from './invocation.js';
import { boundTo } from './request-conversion.js';
import { webhooksOf } from './registered-webhooks.js';
import type { WebhookNetwork } from './webhook-connection.js';

/** Milliseconds that all webhooks of a request may take together. */
const REQUEST_TIMEOUT = 30_000;
/** The most webhooks that are called for a request, and at the same time. */
const MAX_CALLS = 100;
const MAX_CONCURRENT = 8;
/** The most characters of an object of which a webhook has made more, as of a body. */
const MAX_OBJECT = 3 * 1024 * 1024;

/** A request whose writes webhooks review. */
export interface ReviewedRequest {
  readonly cluster: WebhookNetwork & { readonly resources: ClusterResources };
  readonly warn: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Runs a write that webhooks review. Throws ApiError, and ChangedError if the object has changed meanwhile. */
export async function withWebhooks<T>(request: ReviewedRequest, write: Reviewed<T>): Promise<T> {
  return runReviewed(request, write);
}

/** Runs a write up to its first review by a webhook; a promise if there is one. */
export function runReviewed<T>(request: ReviewedRequest, write: Reviewed<T>): T | Promise<T> {
  const webhooks = new RequestWebhooks(request);
  let step = write.next(undefined);
  while (!step.done) {
    const review = webhooks.step(step.value);
    // Without webhooks no other request may come between the steps of a write.
    if (review) return afterReview(webhooks, write, review);
    step = write.next(undefined);
  }
  return step.value;
}

async function afterReview<T>(
  webhooks: RequestWebhooks,
  write: Reviewed<T>,
  review: Promise<Json>,
): Promise<T> {
  let step = write.next(await review);
  while (!step.done) {
    const next = webhooks.step(step.value);
    step = write.next(next && (await next));
  }
  return step.value;
}

/** The webhooks of one request. */
class RequestWebhooks {
  private readonly caller: Caller;
  private readonly matching: Matching;

  constructor({ cluster, warn, signal }: ReviewedRequest) {
    const deadline = performance.now() + REQUEST_TIMEOUT;
    this.caller = { network: cluster, warn, signal, deadline };
    const bind = (served: ServedType) => boundTo({ network: cluster, signal }, served);
    this.matching = { store: cluster.store, resources: cluster.resources, budget: new Budget(), bind };
  }

  /** What webhooks make of an object at a step of a write; undefined if there is none to call. */
  step(step: Review | ConversionStep): Promise<Json> | undefined {
    return 'converted' in step ? (step.converted as Promise<unknown> as Promise<Json>) : this.review(step);
  }

  /** What webhooks make of the object of a request; undefined if no webhook has a rule for it. */
  private review({ mutates, request }: Review): Promise<Json> | undefined {
    const { store } = this.matching;
    // A webhook must not prevent the change of its configuration.
    if (request.type.group === mutatingWebhooks.group) return undefined;
    const invocations = webhooksOf(store, mutates).flatMap(
      (webhook) => ruleOf(this.matching, webhook, request) ?? [],
    );
    if (invocations.length === 0) return undefined;
    if (invocations.length > MAX_CALLS)
      throw internalError(`more than ${MAX_CALLS} webhooks are registered for the request`);
    return mutates ? this.mutate(invocations, request) : this.validate(invocations, request);
  }

  private async validate(invocations: readonly Invocation[], request: AdmissionRequest): Promise<Json> {
    const selected: Invocation[] = [];
    for (const each of invocations) if (await this.selects(each, request)) selected.push(each);
    const errors: unknown[] = [];
    for (let start = 0; start < selected.length && errors.length === 0; start += MAX_CONCURRENT) {
      const results = await Promise.allSettled(
        selected.slice(start, start + MAX_CONCURRENT).map((each) => this.call(each, request, false)),
      );
      errors.push(...results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
    }
    if (errors.length > 0) throw errors[0];
    return (request.object ?? {}) as unknown as Json;
  }

  /** Calls the webhooks one after the other, and those again that want to see the patches of later ones. */
  private async mutate(invocations: readonly Invocation[], request: AdmissionRequest): Promise<Json> {
    let current = request;
    let called: Invocation[] = [];
    let again: Invocation[] = [];
    const run = async (invocation: Invocation) => {
      const patched = await this.patched(invocation, current);
      if (patched) {
        again = [...again, ...called];
        called = [];
        current = { ...current, object: patched };
      }
      if (invocation.webhook.reinvocationPolicy === 'IfNeeded') called.push(invocation);
    };
    for (const invocation of invocations) if (await this.selects(invocation, current)) await run(invocation);
    const repeated = new Set(again);
    for (const invocation of invocations)
      if (repeated.has(invocation) && (await this.selects(invocation, current))) await run(invocation);
    return (current.object ?? {}) as unknown as Json;
  }

  /** Whether a webhook selects a request, whose objects are converted to its version. */
  private async selects(invocation: Invocation, request: AdmissionRequest): Promise<boolean> {
    const objects = [request.object, request.old].filter((object) => object !== undefined);
    await invocation.prepare?.(objects);
    return isSelected(this.matching, invocation, request);
  }

  /** What a webhook makes of the object; undefined if it leaves it. */
  private async patched(invocation: Invocation, request: AdmissionRequest): Promise<KubeObject | undefined> {
    const { object } = request;
    const decision = await this.call(invocation, request, true);
    const operations = decision?.patch === undefined ? [] : readPatch(invocation, decision.patch);
    if (!operations || operations.length === 0) return undefined;
    const { name } = invocation.webhook;
    if (!object)
      throw internalError(
        `admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`,
      );
    const shown = invocation.convert(object);
    const patched = apply(shown, operations);
    if (sameJson(patched, shown)) return undefined;
    await invocation.prepareReverted?.(patched);
    return invocation.revert(patched) as unknown as KubeObject;
  }

  /** The decision of a webhook; undefined if it could not be called and its failures are ignored. */
  private async call(invocation: Invocation, request: AdmissionRequest, mutates: boolean) {
    try {
      return await callWebhook(this.caller, invocation, request, mutates);
    } catch (error) {
      const failure = failureOf(invocation, error);
      if (failure) throw failure;
      const { signal, deadline } = this.caller;
      if (signal.aborted || performance.now() > deadline) throw requestTimeout();
      return undefined;
    }
  }
}

/** The operations of a patch; undefined if it cannot be read and the failures of the webhook are ignored. */
function readPatch(invocation: Invocation, text: string): readonly unknown[] | undefined {
  try {
    const operations: unknown = JSON.parse(text);
    if (Array.isArray(operations)) return operations;
  } catch {
    // The same error as for other JSON.
  }
  const reason = 'received undecodable patch in webhook response: it is no list of operations';
  const failure = failureOf(invocation, new CallingWebhookError(invocation.webhook.name, reason));
  if (failure) throw failure;
  return undefined;
}

function apply(object: KubeObject, operations: readonly unknown[]): Json {
  try {
    const patched = jsonPatch(object, operations) as Json;
    if (nestsTooDeeply(patched))
      throw internalError(`the patched object nests deeper than ${MAX_DEPTH} levels`);
    const length = JSON.stringify(patched).length;
    if (length <= MAX_OBJECT) return patched;
    throw internalError(`the patched object is longer than ${MAX_OBJECT} characters`);
  } catch (error) {
    throw error instanceof ApiError && error.code !== 500 ? internalError(error.message) : error;
  }
}
