import { deleteObject, type DeleteOptions } from '../cluster/delete.js';
import { mutationsOf } from '../cluster/policies/mutating-policies.js';
import { admitByPolicies } from '../cluster/policies/policies.js';
import type { AdmissionRequest, RequestAttributes, VersionedKind } from '../cluster/policies/request.js';
import { checkUnchanged, type Reviewed } from '../cluster/review.js';
import type { WriteOptions, WrittenBy } from '../cluster/write.js';
import type { Json, KubeObject } from '../kinds/object.js';
import { asServed } from '../kinds/registry.js';
import { withWebhooks } from '../webhooks/with-webhooks.js';
import { isDryRun, type ApiCall } from './call.js';
import type { Target } from './path.js';
import { checkEscalation } from '../rbac/escalation.js';
import { addWarnings } from './warnings.js';

/** Runs a write of a request, which webhooks review. */
export function reviewed<T>(call: ApiCall, write: Reviewed<T>): Promise<T> {
  const { cluster, abortSignal: signal } = call;
  return withWebhooks({ cluster, signal, warn: (text) => addWarnings(call, [text]) }, write);
}

/** How a request writes: whether it stores, who owns the fields, where warnings go, and what reviews see of it. */
export function optionsOf(
  call: ApiCall,
  target: Target,
  { by, options, kind }: { readonly by: WrittenBy; readonly options: string; readonly kind?: VersionedKind },
): WriteOptions {
  const { cluster, user } = call;
  const { type } = target.served;
  return {
    dryRun: isDryRun(call),
    by,
    user,
    warn: (text) => addWarnings(call, [text]),
    attributes: attributesOf(target, writeOptions(call, options), kind),
    authorize: (object, old) => checkEscalation(cluster, { user, type, object, ...(old && { old }) }),
  };
}

/** What a request says to webhooks. A namespace is in itself. */
function attributesOf(target: Target, options: Json | null, kind?: VersionedKind): RequestAttributes {
  const { served, subresource, name = '', namespace = served.type.id === 'namespaces' ? name : '' } = target;
  return { served, subresource, kind, name, namespace, options };
}

/** CreateOptions or UpdateOptions of the query. */
function writeOptions(call: ApiCall, kind: string): Json {
  const fieldManager = call.query.get('fieldManager');
  const fieldValidation = call.query.get('fieldValidation');
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(isDryRun(call) && { dryRun: ['All'] }),
    ...(fieldManager && { fieldManager }),
    ...(fieldValidation && { fieldValidation }),
  };
}

/** The creation of an object of a subresource, such as an eviction, which policies and webhooks review and which is not stored. */
export function* subresourceCreation(
  call: ApiCall,
  target: Target,
  { object, kind }: { readonly object: KubeObject; readonly kind: VersionedKind },
): Reviewed<KubeObject> {
  const request = requestOf(call, target, {
    operation: 'CREATE',
    options: writeOptions(call, 'CreateOptions'),
    kind,
  });
  const mutated = mutationsOf(call.cluster.store, request)?.invoke(object) ?? object;
  const patched = (yield { mutates: true, request: { ...request, object: mutated } }) as
    KubeObject | undefined;
  const admitted = patched ?? mutated;
  admit(call, { ...request, object: admitted });
  yield { mutates: false, request: { ...request, object: admitted } };
  return admitted;
}

/** A connection to a pod, a Service or a node, which policies and webhooks review. */
export function* connection(call: ApiCall, target: Target, options: KubeObject): Reviewed<void> {
  const kind = { group: '', version: 'v1', kind: options.kind };
  const request = {
    ...requestOf(call, target, { operation: 'CONNECT', options: null, kind, dryRun: false }),
    object: options,
  };
  yield { mutates: true, request };
  admit(call, request);
  yield { mutates: false, request };
}

function admit(call: ApiCall, request: AdmissionRequest): void {
  admitByPolicies(call.cluster.store, request, (text) => addWarnings(call, [text]));
}

function requestOf(
  call: ApiCall,
  target: Target,
  of: {
    readonly operation: AdmissionRequest['operation'];
    readonly options: Json | null;
    readonly kind?: VersionedKind;
    readonly dryRun?: boolean;
  },
): AdmissionRequest {
  const { operation, options, kind, dryRun = isDryRun(call) } = of;
  const {
    served: { type },
    subresource,
  } = target;
  return {
    type,
    operation,
    subresource,
    user: call.user,
    dryRun,
    attributes: attributesOf(target, options, kind),
  };
}

/** A deletion, which policies and webhooks review. Throws ApiError, and ChangedError if the object has changed meanwhile. */
export function* deletion(
  call: ApiCall,
  target: Target,
  old: KubeObject,
  options: DeleteOptions,
): Reviewed<KubeObject> {
  const { cluster } = call;
  const { type } = target.served;
  const { dryRun = false } = options;
  const request = {
    ...requestOf(call, target, { operation: 'DELETE', options: deleteOptions(options), dryRun }),
    old: asServed(target.served, old),
  };
  const isMutated = yield { mutates: true, request };
  admit(call, { ...request, old });
  const isValidated = yield { mutates: false, request };
  if (isMutated ?? isValidated) checkUnchanged(cluster.store, type, old);
  return deleteObject(cluster, type, old, options);
}

function deleteOptions({ propagation, gracePeriodSeconds, preconditions, dryRun }: DeleteOptions): Json {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'meta.k8s.io/v1',
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(preconditions && Object.keys(preconditions).length > 0 && { preconditions }),
    ...(propagation && { propagationPolicy: propagation }),
    ...(dryRun && { dryRun: ['All'] }),
  };
}
