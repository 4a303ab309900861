import { randomUUID } from 'node:crypto';
import { alreadyExists, invalid } from '../kinds/status.js';
import { suffix } from '../../random.js';
import {
  controllerOf,
  timestamp,
  type Draft,
  type Json,
  type KubeObject,
  type Metadata,
} from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';
import { sameJson } from '../../../kernel/same-json.js';
import { recordUpdate, withoutNewTimes, type Writer } from '../managed-fields/field-manager.js';
import { withDefaults } from '../schema/defaults.js';
import { admit } from './admission.js';
import type { ClusterContext } from './context.js';
import { finishDeletion } from './delete.js';
import { metadataCauses } from '../kinds/metadata-rules.js';
import { admitByPolicies } from './policies/policies.js';
import type { Requester } from './policies/request.js';
import { admitPodSecurity, type Warn } from './pod-security-admission.js';
import { schemaOf, specCauses } from './schema-rules.js';

/** The writer of an object: a field manager, or an apply, which has recorded its fields in the object. */
export type WrittenBy = Writer | 'APPLY';

/** The field manager of the controllers. */
const CONTROLLERS: Writer = { manager: 'kube-controller-manager' };

/** Options of the creation of an object. */
export interface CreateOptions {
  readonly dryRun?: boolean;
  /** Absent for an object of a controller, whose fields get managers with the first apply. */
  readonly by?: WrittenBy;
  /** Takes the warnings of admission; absent for an object of a controller. */
  readonly warn?: Warn;
  /** The user of a request; absent for an object of a controller. */
  readonly user?: Requester;
}

/**
 * Creates an object: sets metadata and defaults, validates it, and stores it unless `dryRun` is set. Throws ApiError.
 */
export function create<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  draft: Draft<T>,
  options: CreateOptions = {},
): T {
  const { dryRun = false, by, warn } = options;
  const metadata = newMetadata(cluster, type, draft.metadata);
  const schema = schemaOf(cluster, type);
  const own = by ? withoutStatus(type, draft) : draft;
  const bare = type.defaults(withDefaults({ ...own, metadata } as unknown as T, schema));
  const object = admit(cluster, type, by ? recorded(cluster, type, { next: bare, by }) : bare);
  const causes = [...metadataCauses(type, object.metadata), ...specCauses(type, schema, { object })];
  if (causes.length > 0) throw invalid(type, metadata.name, causes);
  admitPodSecurity(cluster, type, { object }, warn);
  reviewCreation(cluster, type, { object, dryRun, options });
  if (cluster.store.get(type, metadata.namespace ?? '', metadata.name))
    throw alreadyExists(type, metadata.name);
  return dryRun ? object : cluster.store.put(type, object);
}

/** Reviews an object of a client, or a pod of a controller, by the policies of the cluster. */
function reviewCreation(
  { store }: ClusterContext,
  type: ResourceType,
  {
    object,
    dryRun,
    options,
  }: { readonly object: KubeObject; readonly dryRun: boolean; readonly options: CreateOptions },
): void {
  const user = options.user ?? controllerOfPod(type, object);
  if (user) admitByPolicies(store, { type, operation: 'CREATE', object, user, dryRun }, options.warn);
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
  if (type.id === 'nodes' || !type.subresources.includes('status')) return draft;
  return { ...draft, status: undefined };
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
export interface Replacement<T extends KubeObject> {
  readonly current: T;
  readonly next: T;
  readonly dryRun?: boolean;
  /** Absent for a change by a controller. */
  readonly by?: WrittenBy;
  /** Takes the warnings of admission; absent for a change by a controller. */
  readonly warn?: Warn;
  /** The user of a request; absent for a change by a controller. */
  readonly user?: Requester;
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
  const { current, by = CONTROLLERS } = change;
  const schema = schemaOf(cluster, type);
  const requested = type.defaults(withDefaults(keepServerFields(type, current, change.next), schema));
  const written = recorded(cluster, type, { current, next: requested, by });
  const next = admit(cluster, type, written, current);
  const causes = [
    ...metadataCauses(type, next.metadata, current.metadata),
    ...specCauses(type, schema, { object: next, old: current }),
  ];
  if (causes.length > 0) throw invalid(type, current.metadata.name, causes);
  admitPodSecurity(cluster, type, { object: next, old: current }, change.warn);
  review(cluster, type, change, next);
  if (sameJson(withoutNewTimes(current, next), current)) return current;
  const isCounted = type.generation && !sameJson(countedOf(type, next), countedOf(type, current));
  const counted = isCounted ? countGeneration(next) : next;
  if (change.dryRun) return counted;
  return finishDeletion(cluster, type, cluster.store.put(type, counted));
}

/** Reviews a change of a client by the policies of the cluster. */
function review<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  { current: old, user, warn, dryRun = false }: Replacement<T>,
  object: T,
  subresource?: string,
): void {
  if (user)
    admitByPolicies(
      cluster.store,
      { type, operation: 'UPDATE', object, old, user, dryRun, subresource },
      warn,
    );
}

/** A controller's or kubelet's change to the status of an object. */
export function replaceStatus<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  current: T,
  status: unknown,
): T {
  return storeStatus(cluster, type, { current, next: { ...current, status } });
}

/** Stores a version that differs from the current one in its status only. */
export function storeStatus<T extends KubeObject>(
  cluster: ClusterContext,
  type: ResourceType<T>,
  change: Replacement<T>,
): T {
  const { current, next, dryRun, by = statusWriter(type) } = change;
  if (sameJson(withoutNewTimes(current, next), current)) return current;
  const causes = type.custom ? type.validate(next, current) : [];
  if (causes.length > 0) throw invalid(type, current.metadata.name, causes);
  const written = recorded(cluster, type, { current, next, by });
  review(cluster, type, change, written, 'status');
  return dryRun ? written : cluster.store.put<T>(type, written);
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
