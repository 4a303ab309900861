import { z } from 'zod';
import { admitDeletion } from '../cluster/admission.js';
import { admitByPolicies } from '../cluster/policies/policies.js';
import { deleteObject, finishDeletion, type DeleteOptions } from '../cluster/delete.js';
import { create as createObject, replace, storeStatus, type WrittenBy } from '../cluster/write.js';
import { isJson, type Draft, type Json, type KubeObject, type Metadata } from '../kinds/object.js';
import type { Writer } from '../managed-fields/field-manager.js';
import { bodyOf, duplicatesOf, parseText, readObject } from './body.js';
import { BODY_LIMIT, flag, isDryRun, textOf, type ApiResponse, type ApiCall } from './call.js';
import { jsonPatch } from './json-patch.js';
import { mergePatch } from './merge-patch.js';
import type { Target } from './path.js';
import { storeEphemeralContainers } from './ephemeral-containers.js';
import { objectOf } from './read.js';
import { represent, representList } from './representation.js';
import { selection } from './selection.js';
import { signingRequests } from '../kinds/certificates.js';
import { immutable, invalidValue, unsupported } from '../kinds/causes.js';
import type { Cause, ResourceType } from '../kinds/resource.js';
import { ApiError, badRequest, conflict, invalid, methodNotAllowed, notFound } from '../kinds/status.js';
import { authorizeCreation } from './authorization.js';
import { applyTo, checkNewObject, readConfiguration } from './apply.js';
import { checkEscalation } from './rbac/escalation.js';
import { requestedBy, storeApproval, storeSigningStatus } from './signing-requests.js';
import { patchWriterOf, writerOf } from './field-manager.js';
import { addWarnings } from './warnings.js';
import { strategicMerge } from './strategic-merge.js';
import { type MergeKeys, mergeKeysOf } from '../schema/merge-keys.js';
import { metadataSchema, schemaOf } from './served-schema.js';

/** Responds with the current object once the change is durable. */
async function respondWhenDurable(
  call: ApiCall,
  target: Target,
  object: KubeObject,
  status = 200,
): Promise<ApiResponse> {
  await call.cluster.store.durable();
  return { status, body: represent(target.served, object, call.representation, call.cluster.clock.now()) };
}

export async function create(call: ApiCall, target: Target): Promise<ApiResponse> {
  if (target.name !== undefined || (target.served.type.namespaced && target.namespace === undefined)) {
    throw new ApiError(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    );
  }
  const by = writerOf(call, target);
  const body = await bodyOf(call);
  const causes = target.served.createCauses?.(body) ?? [];
  if (causes.length > 0) {
    const { kind } = target.served.type;
    throw invalid({ group: '', kind, plural: '', id: '' }, nameIn(body), causes);
  }
  const { type } = target.served;
  const given = readObject(call, target, body, await duplicatesOf(call));
  const draft = type.id === signingRequests.id ? requestedBy(call.user, given) : given;
  if (draft.metadata.resourceVersion)
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
  checkEscalation(call.cluster, { user: call.user, type: target.served.type, object: draft });
  const object = createObject(call.cluster, target.served.type, draft, optionsOf(call, by));
  return respondWhenDurable(call, target, object, 201);
}

function nameIn({ metadata }: Json): string {
  return isJson(metadata) ? String(metadata['name'] ?? '') : '';
}

/** Replaces an object, or its status. Only apply creates a missing object. */
export async function update(call: ApiCall, target: Target): Promise<ApiResponse> {
  const by = writerOf(call, target);
  const next = readObject(call, target, await bodyOf(call), await duplicatesOf(call));
  const current = objectOf(call, target);
  return respondWhenDurable(call, target, store(call, target, { current, next, by }));
}

interface Replacement {
  readonly current: KubeObject;
  readonly next: Draft<KubeObject>;
  readonly by: WrittenBy;
}

function store(
  call: ApiCall,
  { served: { type }, subresource }: Target,
  { current, next, by }: Replacement,
): KubeObject {
  const { resourceVersion, uid } = next.metadata;
  const { metadata } = current;
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) throw conflict(type, metadata.name);
  if (uid && uid !== metadata.uid) throw uidError(call, type, { name: metadata.name, uid });
  const options = optionsOf(call, by);
  if (subresource === 'approval') return storeApproval(call.cluster, { current, next, ...options });
  if (subresource === 'status') return statusOf(call, type, { current, next, by });
  if (subresource === 'ephemeralcontainers')
    return storeEphemeralContainers(call.cluster, { current, next, ...options });
  if (subresource === 'finalize') {
    const spec = (next as Json)['spec'];
    return finishDeletion(
      call.cluster,
      type,
      call.cluster.store.put(type, { ...current, spec } as KubeObject),
    );
  }
  checkEscalation(call.cluster, { user: call.user, type, object: next, old: current });
  return replace(call.cluster, type, {
    current,
    next: next as unknown as KubeObject,
    ...options,
  });
}

/** Stores the status of an object. */
function statusOf(call: ApiCall, type: ResourceType, { current, next, by }: Replacement): KubeObject {
  const options = optionsOf(call, by);
  if (type.id === signingRequests.id) return storeSigningStatus(call.cluster, { current, next, ...options });
  const { managedFields } = next.metadata;
  const changed = {
    ...current,
    status: (next as Json)['status'],
    metadata: { ...current.metadata, ...marksOf(type, next), managedFields },
  };
  return storeStatus(call.cluster, type, { current, next: changed, ...options });
}

/** Kinds of which a change of the status changes nothing else, as of custom resources. */
const STATUS_ONLY: ReadonlySet<string> = new Set([
  ...['resourceclaims.resource.k8s.io', 'servicecidrs.networking.k8s.io', 'volumeattachments.storage.k8s.io'],
  ...['flowschemas', 'prioritylevelconfigurations'].map((name) => `${name}.flowcontrol.apiserver.k8s.io`),
  'validatingadmissionpolicies.admissionregistration.k8s.io',
]);

/** What a change of the status of a kind changes of the metadata too. */
function marksOf({ id, custom }: ResourceType, { metadata }: Draft<KubeObject>): Partial<Metadata> {
  if (custom || STATUS_ONLY.has(id)) return {};
  const { labels, annotations, finalizers } = metadata;
  return id === 'deployments.apps' ? { annotations, finalizers } : { labels, annotations, finalizers };
}

/** How a request writes: whether it stores, who owns the fields, and where warnings go. */
function optionsOf(call: ApiCall, by: WrittenBy) {
  const warn = (text: string) => addWarnings(call, [text]);
  return { dryRun: isDryRun(call), by, warn, user: call.user };
}

/** A body with another uid is a failed precondition of an update; a patch would change an immutable field. */
function uidError(
  { method }: ApiCall,
  type: ResourceType,
  { name, uid }: { name: string; uid: string },
): ApiError {
  const cause = immutable('metadata.uid', uid);
  // API servers validate the metadata of an update twice.
  return method === 'PATCH' ? invalid(type, name, [cause, cause]) : conflict(type, name);
}

const MEDIA = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export async function patch(call: ApiCall, target: Target): Promise<ApiResponse> {
  const media = (call.request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const isApply = media === MEDIA.apply;
  if (target.served.type.custom && media === MEDIA.strategic) throw unknownFormat();
  const by = patchWriterOf(call, target, isApply);
  const body = await parseText(call, await textOf(call), media);
  if (isApply) return respondToApply(call, target, { body, writer: by });
  const duplicates = await duplicatesOf(call);
  const current = objectOf(call, target);
  const shown = represent(
    target.served,
    current,
    { form: 'object', includeObject: 'None' },
    call.cluster.clock.now(),
  );
  const patched = patchedBy(media, { object: shown, body, merging: mergingOf(call, target) });
  if (!isJson(patched)) throw badRequest('the patched object is not an object');
  checkSize(patched);
  return respondWhenDurable(
    call,
    target,
    store(call, target, { current, next: readObject(call, target, patched, duplicates), by }),
  );
}

/** Lists of custom resources have no merge keys. */
function unknownFormat(): ApiError {
  const { json, merge, apply } = MEDIA;
  const accepted = [json, merge, apply].join(', ');
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  return new ApiError(415, 'UnsupportedMediaType', message, {});
}

/** Limits an object to the size of a body, because patches could grow it. */
function checkSize(object: Json): void {
  if (JSON.stringify(object).length <= BODY_LIMIT) return;
  throw new ApiError(413, 'RequestEntityTooLarge', `the object may not be larger than ${BODY_LIMIT} bytes`);
}

/** How objects of the kind merge. Lists of custom resources are replaced as a whole, except those of their metadata. */
function mergingOf(call: ApiCall, { served }: Target): MergeKeys {
  const schema = schemaOf(call, served);
  if (schema) return mergeKeysOf(schema);
  const metadata = metadataSchema(call);
  return {
    of: (field) => (field === 'metadata' && metadata ? mergeKeysOf(metadata) : undefined),
    keys: () => undefined,
  };
}

interface PatchRequest {
  readonly object: unknown;
  readonly body: unknown;
  readonly merging: MergeKeys;
}

function patchedBy(media: string, { object, body, merging }: PatchRequest): unknown {
  if (media === MEDIA.json) return jsonPatch(object, body);
  if (media === MEDIA.merge) return mergePatch(object, body);
  if (media === MEDIA.strategic) return strategicMerge(object, body, merging);
  const supported = Object.values(MEDIA).join(', ');
  throw new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of a patch must be one of ${supported}, it is ${media || 'missing'}`,
  );
}

/** A stored object in the version of the path. */
function asServed({ served: { convert } }: Target, object: KubeObject): KubeObject {
  return convert ? (convert.out(object) as unknown as KubeObject) : object;
}

/** Server-side apply: creates the object or merges the body into it. */
async function respondToApply(
  call: ApiCall,
  target: Target,
  { body, writer }: { readonly body: unknown; readonly writer: Writer },
): Promise<ApiResponse> {
  const { type } = target.served;
  const config = readConfiguration(target, body);
  const current = call.cluster.store.get(type, target.namespace ?? '', target.name ?? '');
  if (!current && target.subresource) throw notFound(type, target.name ?? '');
  if (!current) checkNewObject(target, config);
  const applied = applyTo(current && asServed(target, current), type, {
    config,
    writer,
    force: flag(call.query, 'force'),
    now: call.cluster.clock.now(),
  });
  const next = readObject(call, target, applied);
  if (current) return respondWhenDurable(call, target, store(call, target, { current, next, by: 'APPLY' }));
  authorizeCreation(call, target);
  checkEscalation(call.cluster, { user: call.user, type, object: next });
  const object = createObject(call.cluster, type, next, optionsOf(call, 'APPLY'));
  return respondWhenDurable(call, target, object, 201);
}

const deleteOptionsSchema = z.object({
  propagationPolicy: z.string().nullish(),
  orphanDependents: z.boolean().nullish(),
  gracePeriodSeconds: z.number().int().nullish(),
  preconditions: z.object({ uid: z.string().optional(), resourceVersion: z.string().optional() }).nullish(),
  dryRun: z.array(z.string()).nullish(),
});

async function deleteOptions(call: ApiCall): Promise<DeleteOptions> {
  const { length } = await call.bytes();
  const parsed = deleteOptionsSchema.safeParse(length > 0 ? await bodyOf(call) : {});
  if (!parsed.success) throw badRequest(`DeleteOptions: ${z.prettifyError(parsed.error)}`);
  const { gracePeriodSeconds, preconditions, dryRun } = parsed.data;
  const grace = call.query.get('gracePeriodSeconds');
  // A body replaces the options of the query.
  const options = length > 0 ? parsed.data : propagationOptions(call.query);
  return {
    propagation: propagationOf(options),
    gracePeriodSeconds: gracePeriodSeconds ?? (grace === null ? undefined : Number(grace)),
    preconditions: preconditions ?? {},
    dryRun: isDryRun(call) || !!dryRun?.includes('All'),
  };
}

type PropagationOptions = Pick<z.infer<typeof deleteOptionsSchema>, 'propagationPolicy' | 'orphanDependents'>;

function propagationOptions(query: URLSearchParams): PropagationOptions {
  return {
    propagationPolicy: query.get('propagationPolicy'),
    orphanDependents: query.has('orphanDependents') ? flag(query, 'orphanDependents') : null,
  };
}

const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

/** The policy of `propagationPolicy` or of the deprecated `orphanDependents`. Throws ApiError 422. */
function propagationOf({
  propagationPolicy,
  orphanDependents,
}: PropagationOptions): DeleteOptions['propagation'] {
  const field = 'propagationPolicy';
  const causes: Cause[] = [];
  const policy = POLICIES.find((name) => name === propagationPolicy);
  if (typeof propagationPolicy === 'string') {
    if (typeof orphanDependents === 'boolean') {
      const why = 'orphanDependents and deletionPropagation cannot be both set';
      causes.push(invalidValue(field, propagationPolicy, why));
    }
    if (!policy) causes.push(unsupported(field, propagationPolicy, [...POLICIES, 'nil']));
  }
  if (causes.length > 0)
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions', plural: '', id: '' }, '', causes);
  return policy ?? (orphanDependents ? 'Orphan' : 'Background');
}

/** Reviews a deletion by the policies of the cluster. Throws ApiError. */
function reviewDeletion(
  call: ApiCall,
  type: ResourceType,
  old: KubeObject,
  { dryRun = false }: DeleteOptions,
): void {
  const request = { type, operation: 'DELETE' as const, old, user: call.user, dryRun };
  admitByPolicies(call.cluster.store, request, (text) => addWarnings(call, [text]));
}

/** Deletes an object. Responds with the object if it remains until finalizers are done, otherwise with a Status. */
export async function remove(call: ApiCall, target: Target): Promise<ApiResponse> {
  const options = await deleteOptions(call);
  const { type } = target.served;
  const doomed = objectOf(call, target);
  admitDeletion(call.cluster, type, doomed);
  reviewDeletion(call, type, doomed, options);
  const object = deleteObject(call.cluster, type, doomed, options);
  if (call.cluster.store.byUid(object.metadata.uid) || type.id === 'pods')
    return respondWhenDurable(call, target, object);
  await call.cluster.store.durable();
  const details = {
    name: object.metadata.name,
    group: type.group || undefined,
    kind: type.plural,
    uid: object.metadata.uid,
  };
  return {
    status: 200,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
  };
}

export async function removeCollection(call: ApiCall, target: Target): Promise<ApiResponse> {
  const options = await deleteOptions(call);
  const { type } = target.served;
  if (type.id === 'namespaces') throw methodNotAllowed();
  const objects = [...call.cluster.store.all(type)].filter(selection(target, call.query));
  const removed = objects.map((object) => {
    reviewDeletion(call, type, object, options);
    return deleteObject(call.cluster, type, object, options);
  });
  await call.cluster.store.durable();
  const metadata = { resourceVersion: String(call.cluster.store.revision) };
  return {
    status: 200,
    body: representList(target.served, removed, {
      how: call.representation,
      now: call.cluster.clock.now(),
      metadata,
    }),
  };
}
