import { randomUUID } from 'node:crypto';
import { alreadyExists, internalError, invalid } from '../kinds/status.js';
import { suffix } from '../../random.js';
import {
  controllerOf,
  timestamp,
  type Draft,
  type Json,
  type KubeObject,
  type Metadata,
} from '../kinds/object.js';
import { asServed } from '../kinds/registry.js';
import type { Cause, ResourceType } from '../kinds/resource.js';
import { sameJson } from '../../../kernel/same-json.js';
import { recordUpdate, withoutNewTimes, type Writer } from '../managed-fields/field-manager.js';
import { decode } from '../schema/decode.js';
import { DecodeError } from '../schema/decode-error.js';
import { withDefaults } from '../schema/defaults.js';
import { decodeResource } from '../structural-schema/decode-resource.js';
import { admit } from './admission.js';
import type { ClusterContext } from './context.js';
import { finishDeletion } from './delete.js';
import { metadataCauses } from '../kinds/metadata-rules.js';
import { mutated } from './mutated-object.js';
import { admitByPolicies } from './policies/policies.js';
import type { AdmissionRequest, RequestAttributes, Requester } from './policies/request.js';
import { admitPodSecurity, type Warn } from './pod-security-admission.js';
import { checkUnchanged, type Reviewed, withoutWebhooks } from './review.js';
import { checkStorage, checkStorageOfUpdate } from './storage-limit.js';
import { schemaOf, specCauses } from './schema-rules.js';

/** The writer of an object: a field manager, or an apply, which has recorded its fields in the object. */
export type WrittenBy = Writer | 'APPLY';

/** The field manager of the controllers. */
const CONTROLLERS: Writer = { manager: 'kube-controller-manager' };

/** Options of a write. All but `dryRun` are absent for a write by a controller. */
export interface WriteOptions {
  readonly dryRun?: boolean;
  /** Without it fields get managers with the first apply. */
  readonly by?: WrittenBy;
  /** Takes the warnings of admission. */
  readonly warn?: Warn;
  readonly user?: Requester;
  /** What the request says to webhooks; absent if they do not review it. */
  readonly attributes?: RequestAttributes;
  /** The form of the object in the request; default its version in the path. */
  readonly form?: RequestForm;
  /** A stored object, or a part of one in its place, with which a new object shares what needs neither defaults nor validation. */
  readonly checked?: object | undefined;
  /** Throws ApiError if the user may not write the object as admission has made it. */
  readonly authorize?: (object: KubeObject, old?: KubeObject) => void;
}

/** Converts a stored object from and to what a request has of it, such as its scale. */
export interface RequestForm {
  show(object: KubeObject): KubeObject;
  /** The object with what was changed in its form. */
  read(shown: Json, object: KubeObject): Json;
}

/**
 * Creates an object: sets metadata and defaults, validates it, and stores it unless `dryRun` is set. Throws ApiError.
 */
export function create<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  draft: Draft<T>,
  options: WriteOptions = {},
): T {
  return withoutWebhooks(creation(cluster, type, draft, options));
}

/** The creation of an object, which webhooks review. */
export function* creation<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  draft: Draft<T>,
  options: WriteOptions,
): Reviewed<T> {
  const { dryRun = false, warn, checked } = options;
  checkStorage(cluster, type, options);
  const drafted = admit(cluster, type, drafting(cluster, type, draft, options));
  const request = requestOf(type, 'CREATE', options);
  const object = yield* mutated(cluster, request ?? requestOfController(type, drafted, dryRun), {
    admitted: drafted,
    show: (next) => unnamed(options.attributes, next),
    complete: (patched, next) =>
      admit(cluster, type, patchedDraft(cluster, type, next, read(options, patched, next))),
  });
  options.authorize?.(object);
  const schema = schemaOf(cluster, type);
  const causes = [...metadataCauses(type, object.metadata), ...specCauses(type, schema, { object, checked })];
  checkCauses(type, object, causes);
  admitPodSecurity(cluster, type, { object }, warn);
  review(cluster, type, options, { object });
  const isReviewed =
    request && (yield { mutates: false, request: { ...request, object: shown(options, object) } });
  // Quotas and the namespace may have changed in the meantime.
  if (isReviewed) admit(cluster, type, object);
  checkAbsent(cluster, type, object);
  const stored = yield* storedForm(options, object, () => {
    admit(cluster, type, object);
    checkAbsent(cluster, type, object);
  });
  return dryRun ? stored : cluster.store.put(type, stored);
}

/** Throws ApiError if there are causes; warns of those that the object had before. */
function checkCauses(
  type: ResourceType,
  { metadata }: KubeObject,
  causes: readonly Cause[],
  warn?: Warn,
): void {
  const errors = causes.filter(({ isWarning }) => !isWarning);
  if (errors.length > 0) throw invalid(type, metadata.name, errors);
  for (const { field, message } of causes) warn?.(`${field}: ${message}`);
}

function checkAbsent<T extends KubeObject>(
  { store }: ClusterContext,
  type: ResourceType<T>,
  object: T,
): void {
  const { name, namespace = '' } = object.metadata;
  const existing = store.get(type, namespace, name);
  if (existing) throw alreadyExists(type, name, !!existing.metadata.deletionTimestamp);
}

/** A new object with metadata, defaults and the fields of its manager. */
function drafting<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  draft: Draft<T>,
  { by, checked }: WriteOptions,
): T {
  const metadata = newMetadata(cluster, type, draft.metadata);
  const own = by ? withoutStatus(type, draft) : draft;
  const next = type.defaults(
    withDefaults({ ...own, metadata } as unknown as T, schemaOf(cluster, type), checked),
  );
  return by ? recorded(cluster, type, { next, by }) : next;
}

/** A request that webhooks review; undefined for one of a controller. */
function requestOf(
  type: ResourceType,
  operation: AdmissionRequest['operation'],
  { user, attributes, dryRun = false }: WriteOptions,
): AdmissionRequest | undefined {
  if (!user || !attributes) return undefined;
  return { type, operation, user, dryRun, attributes, subresource: attributes.subresource };
}

/** The form of an object in a request: in the version of the path. */
function shown({ attributes, form }: WriteOptions, object: KubeObject): KubeObject {
  if (form) return form.show(object);
  return asServed(attributes?.served, object);
}

/** A stored object of what webhooks have made of its form in a request. */
function read({ attributes, form }: WriteOptions, patched: Json, object: KubeObject): Json {
  if (form) return form.read(patched, object);
  return attributes?.served.convert?.in(patched) ?? patched;
}

/** The form in which an object of a request is stored; runs a check again after a webhook has converted it. */
function* storedForm<T extends KubeObject>(
  { attributes }: WriteOptions,
  object: T,
  check: () => void,
): Reviewed<T> {
  const stored = attributes?.served.convert?.toStored?.(object) ?? object;
  if (!(stored instanceof Promise)) return stored as T;
  const converted = yield { converted: stored };
  check();
  return converted as unknown as T;
}

/** A new object before the API server has set its metadata, as mutating webhooks and policies get it. */
function unnamed(attributes: RequestAttributes | undefined, object: KubeObject): KubeObject {
  const {
    name,
    uid: _uid,
    creationTimestamp: _at,
    generation: _generation,
    resourceVersion: _version,
    ...kept
  } = object.metadata;
  // A generated name is not known yet.
  const isNamed = attributes ? attributes.name : !object.metadata.generateName;
  const metadata = isNamed ? { name, ...kept } : kept;
  return { ...asServed(attributes?.served, object), metadata: metadata as KubeObject['metadata'] };
}

/** What webhooks have made of a new object, with the metadata that clients do not decide. */
function patchedDraft<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  drafted: T,
  patched: Json,
): T {
  const { name, namespace, uid, creationTimestamp, generation, managedFields } = drafted.metadata;
  const draft = { ...patched, ...ownStatus(type, drafted) };
  const { metadata } = patched as unknown as KubeObject;
  const own = {
    ...metadata,
    name: metadata?.name || name,
    namespace,
    uid,
    creationTimestamp,
    generation,
    managedFields,
    resourceVersion: '',
  };
  const kept = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return decoded(cluster, type, { ...draft, metadata: kept });
}

/** Reads what webhooks have made of an object: without unknown fields, with defaults. Throws ApiError. */
function decoded<T extends KubeObject>(cluster: ClusterContext, type: ResourceType<T>, patched: Json): T {
  const schema = schemaOf(cluster, type);
  try {
    const plain = schema ? decode(patched, schema).object : patched;
    const object = type.custom ? decodeResource(patched, type.custom.schema).object : plain;
    return type.defaults(withDefaults(object as unknown as T, schema));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw internalError(error.message);
  }
}

/** Reviews a write of a client, or of a controller that creates a pod, by the policies of the cluster. */
function review(
  { store }: ClusterContext,
  type: ResourceType,
  options: WriteOptions,
  { object, old }: { readonly object: KubeObject; readonly old?: KubeObject },
): void {
  const { attributes, dryRun = false, warn } = options;
  const user = options.user ?? (old ? undefined : controllerOfPod(type, object));
  if (!user) return;
  const objects = { object: shown(options, object), ...(old && { old: shown(options, old) }) };
  const operation = old ? 'UPDATE' : 'CREATE';
  const subresource = attributes?.subresource;
  admitByPolicies(store, { type, operation, ...objects, user, dryRun, attributes, subresource }, warn);
}

/** A request of a controller that policies review: the creation of a pod. */
function requestOfController(
  type: ResourceType,
  object: KubeObject,
  dryRun: boolean,
): AdmissionRequest | undefined {
  const user = controllerOfPod(type, object);
  return user && { type, operation: 'CREATE', user, dryRun };
}

/** The controller that creates a pod, whose requests policies review as those of clients. */
function controllerOfPod(type: ResourceType, object: KubeObject): Requester | undefined {
  if (type.id !== 'pods') return undefined;
  const kind = controllerOf(object)?.kind ?? 'pod';
  const name = `system:serviceaccount:kube-system:${kind.toLowerCase()}-controller`;
  return { username: name, groups: ['system:serviceaccounts', 'system:authenticated'] };
}

/** A client cannot create an object with a status, except a kubelet its node. */
function withoutStatus<T extends KubeObject>(type: ResourceType<T>, draft: Draft<T>): Draft<T> {
  return ignoresStatus(type) ? { ...draft, status: undefined } : draft;
}

/** The status of a new object, which its creation does not change. */
function ownStatus(type: ResourceType, drafted: KubeObject): Json {
  return ignoresStatus(type) ? { status: (drafted as KubeObject & Json)['status'] } : {};
}

/** Whether a creation ignores the status of its body. */
function ignoresStatus(type: ResourceType): boolean {
  return type.id !== 'nodes' && type.subresources.includes('status');
}

/** The next version of an object with the fields that the writer owns. */
function recorded<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  { current, next, by }: { readonly current?: T; readonly next: T; readonly by: WrittenBy },
): T {
  if (by === 'APPLY') return next;
  return recordUpdate(type, { current, next, writer: by, now: cluster.clock.now() });
}

function newMetadata(cluster: ClusterContext, type: ResourceType, requested: Partial<Metadata>): Metadata {
  const name =
    requested.name || (requested.generateName ? `${requested.generateName.slice(0, 58)}${suffix(5)}` : '');
  const { deletionTimestamp: _at, deletionGracePeriodSeconds: _grace, ...kept } = requested;
  return {
    ...kept,
    name,
    ...(type.namespaced ? { namespace: requested.namespace ?? 'default' } : {}),
    uid: randomUUID(),
    resourceVersion: '',
    creationTimestamp: timestamp(cluster.clock.now()),
    ...(type.generation ? { generation: 1 } : {}),
  };
}

/** A version that replaces the current one. */
export interface Replacement<T extends KubeObject> extends WriteOptions {
  readonly current: T;
  readonly next: T;
}

/**
 * Replaces an object by a client's version: keeps server-set fields (status, uid, times), increments the generation,
 * validates, and finishes the deletion of an object without finalizers. Does not store an unchanged object. Throws
 * ApiError.
 */
export function replace<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  change: Replacement<T>,
): T {
  return withoutWebhooks(replacement(cluster, type, change));
}

/** The replacement of an object, which webhooks review. */
export function* replacement<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  change: Replacement<T>,
): Reviewed<T> {
  const { current, by = CONTROLLERS } = change;
  checkStorageOfUpdate(cluster, type, change);
  const schema = schemaOf(cluster, type);
  const requested = type.defaults(withDefaults(keepServerFields(type, current, change.next), schema));
  const written = recorded(cluster, type, { current, next: requested, by });
  const admitted = admit(cluster, type, written, current);
  const next = yield* mutated(cluster, updateOf(type, change), {
    admitted,
    show: (object) => shown(change, object),
    complete: (patched, object) =>
      withManagersOf(
        admitted,
        admit(
          cluster,
          type,
          keepServerFields(type, current, decoded(cluster, type, read(change, patched, object))),
          current,
        ),
      ),
    checkReviewed: () => checkUnchanged(cluster.store, type, current),
  });
  change.authorize?.(next, current);
  const causes = [
    ...metadataCauses(type, next.metadata, current.metadata),
    ...specCauses(type, schema, { object: next, old: current }),
  ];
  checkCauses(type, current, causes, change.warn);
  admitPodSecurity(cluster, type, { object: next, old: current }, change.warn);
  review(cluster, type, change, { object: next, old: current });
  if (yield* validated(cluster, type, change, next)) admit(cluster, type, next, current);
  if (sameJson(withoutNewTimes(current, next), current)) return current;
  const isCounted = type.generation && !sameJson(countedOf(type, next), countedOf(type, current));
  const counted = yield* storedForm(change, isCounted ? countGeneration(next) : next, () =>
    checkUnchanged(cluster.store, type, current),
  );
  if (change.dryRun) return counted;
  return finishDeletion(cluster, type, cluster.store.put(type, counted));
}

/** An update that policies and webhooks review; undefined for one of a controller. */
function updateOf<T extends KubeObject>(
  type: ResourceType<T>,
  change: Replacement<T>,
): AdmissionRequest | undefined {
  const request = requestOf(type, 'UPDATE', change);
  return request && { ...request, old: shown(change, change.current) };
}

/** An object with the managers that its fields had before policies and webhooks changed them. */
function withManagersOf<T extends KubeObject>({ metadata: { managedFields } }: T, object: T): T {
  return { ...object, metadata: { ...object.metadata, ...(managedFields && { managedFields }) } };
}

/** Whether validating webhooks have reviewed a next version. Throws ChangedError if the object has changed since. */
function* validated<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  change: Replacement<T>,
  next: T,
): Reviewed<boolean> {
  const request = requestOf(type, 'UPDATE', change);
  if (!request) return false;
  const { current } = change;
  const objects = { object: shown(change, next), old: shown(change, current) };
  if (!(yield { mutates: false, request: { ...request, ...objects } })) return false;
  checkUnchanged(cluster.store, type, current);
  return true;
}

/** A controller's or kubelet's change to the status of an object. */
export function replaceStatus<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  current: T,
  status: unknown,
): T {
  return withoutWebhooks(statusReplacement(cluster, type, { current, next: { ...current, status } }));
}

/** The replacement of an object by a version that differs in its status, which webhooks review. */
export function* statusReplacement<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  change: Replacement<T>,
): Reviewed<T> {
  const { current, by = statusWriter(type) } = change;
  checkStorageOfUpdate(cluster, type, change);
  if (sameJson(withoutNewTimes(current, change.next), current)) return current;
  const admitted = recorded(cluster, type, { current, next: change.next, by });
  const next = yield* mutated(cluster, updateOf(type, change), {
    admitted,
    show: (object) => shown(change, object),
    complete: (patched, object) => {
      const { status } = decoded(cluster, type, read(change, patched, object)) as T & Json;
      return { ...admitted, status };
    },
    checkReviewed: () => checkUnchanged(cluster.store, type, current),
  });
  checkCauses(type, current, type.custom ? type.validate(next, current) : [], change.warn);
  review(cluster, type, change, { object: next, old: current });
  yield* validated(cluster, type, change, next);
  const stored = yield* storedForm(change, next, () => checkUnchanged(cluster.store, type, current));
  return change.dryRun ? stored : cluster.store.put<T>(type, stored);
}

function statusWriter(type: ResourceType): Writer {
  const manager = type.id === 'pods' || type.id === 'nodes' ? 'kubelet' : CONTROLLERS.manager;
  return { manager, subresource: 'status' };
}

/** A controller's change to an object's spec or metadata. */
export function updateByController<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  current: T,
  change: (object: T) => T,
): T {
  return replace(cluster, type, { current, next: change(current) });
}

function keepServerFields<T extends KubeObject>(type: ResourceType<T>, current: T, next: T): T {
  const {
    uid,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    name,
    namespace,
  } = current.metadata;
  const status = (current as T & Json)['status'];
  return {
    ...next,
    apiVersion: current.apiVersion,
    kind: current.kind,
    metadata: {
      ...next.metadata,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      creationTimestamp,
      resourceVersion: current.metadata.resourceVersion,
      ...(generation === undefined ? {} : { generation }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
      ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
    },
    ...(type.subresources.includes('status') && status !== undefined ? { status } : {}),
  };
}

function countGeneration<T extends KubeObject>(object: T): T {
  return { ...object, metadata: { ...object.metadata, generation: (object.metadata.generation ?? 0) + 1 } };
}

/** The fields whose changes the generation counts: all but metadata and status. */
function countedOf(type: ResourceType, object: KubeObject): unknown {
  const { metadata: _metadata, status, ...fields } = object as KubeObject & Json;
  return type.custom && !type.subresources.includes('status') ? { ...fields, status } : fields;
}
