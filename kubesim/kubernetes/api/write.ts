import { WorkBudget } from '../../../kernel/fairness/work-turns.js';
import { admitDeletion } from '../cluster/admission.js';
import { finishDeletion, isRetained, type DeleteOptions } from '../cluster/delete.js';
import { ChangedError, checkUnchanged, type Reviewed } from '../cluster/review.js';
import {
  creation,
  replacement,
  statusReplacement,
  type WriteOptions,
  type WrittenBy,
} from '../cluster/write.js';
import { isJson, type Draft, type Json, type KubeObject, type Metadata } from '../kinds/object.js';
import type { Writer } from '../managed-fields/field-manager.js';
import { bodyOf, checkDuplicateKeys, parsedBodyOf, type ParsedBody, parseText, readObject } from './body.js';
import { BODY_LIMIT, flag, invalidOption, isDryRun, textOf, type ApiResponse, type ApiCall } from './call.js';
import { jsonPatch } from '../patches/json-patch.js';
import { mergePatch } from '../patches/merge-patch.js';
import type { Target } from './path.js';
import { ephemeralReplacement } from './ephemeral-containers.js';
import { objectOf, withCurrent } from './read.js';
import { PLAIN, represent, representList } from './representation.js';
import { selection } from './selection.js';
import { signingRequests } from '../kinds/certificates.js';
import { immutable, invalidValue, unsupported } from '../schema/causes.js';
import { asServed } from '../kinds/registry.js';
import type { Cause, ResourceType } from '../kinds/resource.js';
import { ApiError, badRequest, conflict, invalid, methodNotAllowed, notFound } from '../kinds/status.js';
import { authorizeCreation } from './authorization.js';
import { applyTo, checkNewObject, readConfiguration } from './apply.js';
import { approvalReplacement, requestedBy, requestForm, signingReplacement } from './signing-requests.js';
import { deletion, optionsOf, reviewed } from './reviewed-writes.js';
import { patchWriterOf, writerOf } from './field-manager.js';
import { strategicMerge } from '../patches/strategic-merge.js';
import { decode } from '../schema/decode.js';
import { DecodeError } from '../schema/decode-error.js';
import { kubernetesApi } from '../schema/kubernetes-api.js';
import { readInteger } from './list-options.js';
import { checkHasVersion } from './required-version.js';
import { type MergeKeys, mergeKeysOf } from '../schema/merge-keys.js';
import { metadataSchema, schemaOf } from './served-schema.js';

/** Responds with the current object once the change is durable. */
async function respondWhenDurable(
  call: ApiCall,
  target: Target,
  object: KubeObject,
  status = 200,
): Promise<ApiResponse> {
  const shown = object.metadata.resourceVersion === '' ? withoutVersion(object) : object;
  await target.served.convert?.prepare?.([shown]);
  await call.cluster.store.durable();
  return { status, body: represent(target.served, shown, call.representation, call.cluster.clock.now()) };
}

/** What a dry run would create has no version yet. */
function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _none, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as Metadata };
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
  const { type } = target.served;
  const { value: body, ...facts } = await parsedBodyOf(call, type.kind);
  const causes = target.served.createCauses?.(body) ?? [];
  if (causes.length > 0) {
    const { kind } = target.served.type;
    throw invalid({ group: '', kind, plural: '', id: '' }, nameIn(body), causes);
  }
  const given = readObject(call, target, body, facts);
  const isSigning = type.id === signingRequests.id;
  const draft = isSigning ? requestedBy(call.user, given) : given;
  if (draft.metadata.resourceVersion)
    throw new ApiError(500, '', 'resourceVersion should not be set on objects to be created');
  const named = { ...target, name: draft.metadata.name };
  const options = optionsOf(call, named, { by, options: 'CreateOptions' });
  const form = isSigning ? { form: requestForm(call.user) } : {};
  const object = await reviewed(call, creation(call.cluster, type, draft, { ...options, ...form }));
  return respondWhenDurable(call, target, object, 201);
}

function nameIn({ metadata }: Json): string {
  return isJson(metadata) ? String(metadata['name'] ?? '') : '';
}

/** Replaces an object, or its status. Only apply creates a missing object. */
export async function update(call: ApiCall, target: Target): Promise<ApiResponse> {
  const by = writerOf(call, target);
  const { value, ...facts } = await parsedBodyOf(call, target.served.type.kind);
  const next = readObject(call, target, value, facts);
  return respondWhenDurable(call, target, await store(call, target, () => ({ next, by })));
}

interface Next {
  readonly next: Draft<KubeObject>;
  readonly by: WrittenBy;
}

/** Times that a change is computed of an object that changes while webhooks review its next version, as in API servers. */
const MAX_ATTEMPTS = 5;

/** Stores the next version of an object, computed of its current one. Throws ApiError. */
function store(call: ApiCall, target: Target, change: (current: KubeObject) => Next): Promise<KubeObject> {
  return ofCurrent(() =>
    withCurrent(call, target, (current) =>
      reviewed(call, storing(call, target, { current, ...change(current) })),
    ),
  );
}

/** The result of a change of an object, which is computed again when the object has changed meanwhile. */
export async function ofCurrent<T>(change: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof ChangedError)) throw error;
      if (attempt === MAX_ATTEMPTS) throw error.asConflict();
    }
  }
}

function storing(
  call: ApiCall,
  target: Target,
  { current, next, by }: Next & { readonly current: KubeObject },
): Reviewed<KubeObject> {
  const {
    served: { type },
    subresource,
  } = target;
  checkVersion(call, type, { current, next, by });
  const options = optionsOf(call, target, { by, options: 'UpdateOptions' });
  const { user } = call;
  if (subresource === 'approval')
    return approvalReplacement(call.cluster, { ...options, user, current, next });
  if (subresource === 'status') return replacingStatus(call, type, { options, current, next });
  if (subresource === 'ephemeralcontainers')
    return ephemeralReplacement(call.cluster, { ...options, current, next });
  if (subresource === 'finalize') return finalizing(call, target, { current, next });
  return replacement(call.cluster, type, { ...options, current, next: next as unknown as KubeObject });
}

/** Throws ApiError if an update is of another object, or of another version of it. */
function checkVersion(
  call: ApiCall,
  type: ResourceType,
  { current: { metadata }, next, by }: Next & { readonly current: KubeObject },
): void {
  const { resourceVersion = '', uid } = next.metadata;
  if (isOutdated(resourceVersion, metadata)) throw conflict(type, metadata.name);
  if (by !== 'APPLY') checkHasVersion(type, next);
  if (uid && uid !== metadata.uid) throw uidError(call, type, { name: metadata.name, uid });
}

interface NextStatus {
  readonly current: KubeObject;
  readonly next: Draft<KubeObject>;
  readonly options: WriteOptions;
}

/** Whether an update is of another version of the object; 0 stands for any. Throws ApiError 500, as API servers do. */
function isOutdated(version: string, { resourceVersion }: Metadata): boolean {
  if (!/^\d*$/.test(version))
    throw new ApiError(500, '', `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
  if (version.length > MAX_DIGITS)
    throw new ApiError(500, '', `strconv.ParseUint: parsing ${JSON.stringify(version)}: value out of range`);
  return /[1-9]/.test(version) && version !== resourceVersion;
}

/** Digits of an unsigned integer of 64 bits at most. */
const MAX_DIGITS = 20;

/** The replacement of the status of an object. */
function replacingStatus(
  { cluster, user }: ApiCall,
  type: ResourceType,
  { current, next, options }: NextStatus,
): Reviewed<KubeObject> {
  if (type.id === signingRequests.id) return signingReplacement(cluster, { ...options, user, current, next });
  const { managedFields } = next.metadata;
  const status = (next as Json)['status'];
  const changed = {
    ...current,
    status,
    metadata: { ...current.metadata, ...marksOf(type, next), managedFields },
  };
  return statusReplacement(cluster, type, { ...options, current, next: changed });
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

/** The replacement of the finalizers of a namespace, which webhooks do not review. */
function* finalizing(
  { cluster }: ApiCall,
  { served: { type } }: Target,
  { current, next }: { readonly current: KubeObject; readonly next: Draft<KubeObject> },
): Reviewed<KubeObject> {
  const spec = (next as Json)['spec'];
  return finishDeletion(cluster, type, cluster.store.put(type, { ...current, spec } as KubeObject));
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
  const text = await textOf(call);
  const { value: body, duplicates } = await parseText(call, text, media, unreadablePatch(media));
  if (isApply) return respondToApply(call, target, { body, duplicates, writer: by });
  const change = (current: KubeObject) => {
    const now = call.cluster.clock.now();
    const shown = represent(target.served, current, PLAIN, now);
    const patched = patchedBy(media, { object: shown, body, merging: mergingOf(call, target) });
    if (!isJson(patched)) throw badRequest('the patched object is not an object');
    checkSize(patched);
    return { next: readObject(call, target, patched, { duplicates }), by };
  };
  return respondWhenDurable(call, target, await store(call, target, change));
}

/** The error of a patch that is no JSON. */
function unreadablePatch(media: string): (why: string) => ApiError {
  return (why) => badRequest(media === MEDIA.strategic ? why : `error decoding patch: ${why}`);
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

interface Configuration extends Pick<ParsedBody, 'duplicates'> {
  readonly body: unknown;
  readonly writer: Writer;
}

/** Server-side apply: creates the object or merges the body into it. */
async function respondToApply(
  call: ApiCall,
  target: Target,
  { body, duplicates, writer }: Configuration,
): Promise<ApiResponse> {
  const { type } = target.served;
  const config = readConfiguration(target, body);
  const current = call.cluster.store.get(type, target.namespace ?? '', target.name ?? '');
  if (!current && target.subresource) throw notFound(type, target.name ?? '');
  if (!current) checkNewObject(target, config);
  const next = (old: KubeObject | undefined) => {
    const force = flag(call.query, 'force');
    const application = { config, writer, force, now: call.cluster.clock.now() };
    const applied = applyTo(old && asServed(target.served, old), type, application);
    checkDuplicateKeys(call, duplicates);
    return readObject(call, target, applied);
  };
  if (current) {
    const stored = await store(call, target, (old) => ({ next: next(old), by: 'APPLY' }));
    return respondWhenDurable(call, target, stored);
  }
  authorizeCreation(call, target);
  const options = optionsOf(call, target, { by: 'APPLY', options: 'CreateOptions' });
  const object = await reviewed(call, creation(call.cluster, type, next(undefined), options));
  return respondWhenDurable(call, target, object, 201);
}

async function deleteOptions(call: ApiCall): Promise<DeleteOptions> {
  const { length } = await call.bytes();
  const body = length > 0 ? deleteOptionsOf(call, await bodyOf(call)) : {};
  const { gracePeriodSeconds, preconditions, dryRun = [] } = body;
  const grace = call.query.get('gracePeriodSeconds');
  const seconds = grace === null ? undefined : readInteger(call.query, 'gracePeriodSeconds');
  if (dryRun.some((value) => value !== 'All'))
    throw invalidOption(call, unsupported('dryRun', dryRun, ['All']));
  return {
    // A body replaces the options of the query.
    propagation: propagationOf(length > 0 ? body : propagationOptions(call.query)),
    gracePeriodSeconds: gracePeriodSeconds ?? seconds,
    preconditions: preconditions ?? {},
    dryRun: isDryRun(call) || dryRun.includes('All'),
  };
}

interface DeleteBody extends PropagationOptions {
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

/** Reads the DeleteOptions of a body. Throws ApiError 400. */
function deleteOptionsOf(call: ApiCall, body: Json): DeleteBody {
  const { kind = '', apiVersion = '' } = body;
  if (kind !== '' && kind !== 'DeleteOptions')
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme`,
    );
  const schema = kubernetesApi(call.version).schemaOf('', 'v1', 'DeleteOptions');
  try {
    return schema ? (decode(body, schema).object as DeleteBody) : {};
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(error.message) : error;
  }
}

interface PropagationOptions {
  readonly propagationPolicy?: string | null;
  readonly orphanDependents?: boolean | null;
}

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

/** Deletes an object. Responds with the object if it remains until finalizers are done, otherwise with a Status. */
export async function remove(call: ApiCall, target: Target): Promise<ApiResponse> {
  const options = await deleteOptions(call);
  const { type } = target.served;
  const object = await ofCurrent(() => {
    const doomed = objectOf(call, target);
    admitDeletion(call.cluster, type, doomed);
    return deleteConverted(call, target, { doomed, options });
  });
  const stays = options.dryRun
    ? isRetained(call.cluster, type, object)
    : call.cluster.store.byUid(object.metadata.uid) !== undefined;
  if (stays || type.id === 'pods') return respondWhenDurable(call, target, object);
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

/** Objects of collections that the requests of an account delete in one turn of the event loop. */
const DELETIONS_PER_TURN = 50;

/** Deletes a stored object when it is converted to the version of the path. */
async function deleteConverted(
  call: ApiCall,
  target: Target,
  { doomed, options }: { readonly doomed: KubeObject; readonly options: DeleteOptions },
): Promise<KubeObject> {
  const pending = target.served.convert?.prepare?.([doomed]);
  if (pending) {
    await pending;
    checkUnchanged(call.cluster.store, target.served.type, doomed);
  }
  return reviewed(call, deletion(call, target, doomed, options));
}

export async function removeCollection(call: ApiCall, target: Target): Promise<ApiResponse> {
  const options = await deleteOptions(call);
  const { type } = target.served;
  if (type.id === 'namespaces') throw methodNotAllowed();
  const objects = [...call.cluster.store.all(type)].filter(selection(target, call.query));
  const removed: KubeObject[] = [];
  const work = new WorkBudget(call.account, DELETIONS_PER_TURN);
  for (const { metadata } of objects) {
    const turn = work.take(1);
    if (turn) await turn;
    const object = await ofCurrent(async () => {
      const doomed = call.cluster.store.byUid(metadata.uid);
      return doomed && deleteConverted(call, target, { doomed, options });
    });
    if (object) removed.push(object);
  }
  await target.served.convert?.prepare?.(removed);
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
