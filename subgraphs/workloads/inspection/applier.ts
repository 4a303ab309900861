import { isDeepStrictEqual } from 'node:util';
import type {
  ObjectRepresentation,
  KubernetesClient,
  KubernetesObject,
} from '../../../engine/kubernetes/client.js';
import {
  fieldConflictsOf,
  isNotFound,
  KubernetesStatusError,
} from '../../../engine/kubernetes/kubernetes-error.js';
import { objectPath, versionPath } from '../../../engine/kubernetes/paths.js';
import type { ManifestEntry } from '../model/manifest.rules.js';
import type { ManifestResult } from '../model/manifest-outcome.rules.js';

/** Field manager of the platform in Kubernetes objects. */
export const FIELD_MANAGER = 'fleetgraph';

/** Queues the work for a large object. */
export type InTurn = (work: () => Promise<AppliedObject>) => Promise<AppliedObject>;

export interface ApplyOptions {
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly inTurn: InTurn;
  /** Throws for objects that the caller may not apply: in a namespace, or undefined for those in none. */
  readonly check: (namespace: string | undefined) => void;
}

/** Characters of JSON above which an object is large: serializing or parsing it takes a millisecond or more. */
const LARGE = 64 * 1024;

export interface AppliedObject {
  readonly result: ManifestResult;
  readonly object: KubernetesObject;
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * Kinds with up to a mebibyte of data and no status: their resourceVersion shows whether the apply changed them, so
 * the response need only contain the metadata.
 */
const DATA_KINDS: ReadonlySet<string> = new Set(['ConfigMap', 'Secret']);

/** Applies objects to one cluster by server-side apply; caches the resources that the API server serves. */
export class Applier {
  private readonly served = new Map<string, readonly ApiResource[]>();

  constructor(
    private readonly client: KubernetesClient,
    private readonly options: ApplyOptions,
  ) {}

  /**
   * Applies an object. Throws KubernetesStatusError if the API server rejects it. Returns only the metadata of a
   * ConfigMap or Secret, except in a dry run, which does not change the resourceVersion.
   */
  async apply(entry: ManifestEntry): Promise<AppliedObject> {
    const path = await this.pathOf(entry.object);
    const work = () => this.applyAt(path, entry);
    return entry.json.length > LARGE ? this.options.inTurn(work) : work();
  }

  private async applyAt(path: string, { object, json }: ManifestEntry): Promise<AppliedObject> {
    const { dryRun, force } = this.options;
    const form = !dryRun && object.apiVersion === 'v1' && DATA_KINDS.has(object.kind) ? 'metadata' : 'object';
    const before = await this.read(path, form);
    const apply = (forced: boolean) =>
      this.client.apply(path, json, { fieldManager: FIELD_MANAGER, force: forced, dryRun }, form);
    const after = await apply(force).catch((error: unknown) => {
      if (isOwnConflict(error)) return apply(true);
      throw error;
    });
    if (!before) return { result: 'CREATED', object: after };
    const isSame =
      form === 'metadata' ? sameVersion(before, after) : isDeepStrictEqual(spec(before), spec(after));
    return { result: isSame ? 'UNCHANGED' : 'CONFIGURED', object: after };
  }

  private async read(path: string, form: ObjectRepresentation): Promise<KubernetesObject | undefined> {
    try {
      return await this.client.get(path, form);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private async pathOf({ apiVersion, kind, metadata }: ManifestEntry['object']): Promise<string> {
    const resource = await this.resource(apiVersion, kind);
    const namespace = resource.namespaced ? (metadata.namespace ?? 'default') : undefined;
    this.options.check(namespace);
    return objectPath({ apiVersion, resource: resource.name }, namespace, metadata.name);
  }

  /**
   * Returns the resource of the kind. An unknown kind is discovered again: an earlier object of the manifest may
   * define it.
   */
  private async resource(apiVersion: string, kind: string): Promise<ApiResource> {
    const apiResource = findKind(this.served.get(apiVersion), kind);
    if (apiResource) return apiResource;
    const served = await this.discover(apiVersion);
    this.served.set(apiVersion, served);
    const resource = findKind(served, kind);
    if (resource) return resource;
    throw new KubernetesStatusError(
      404,
      'NotFound',
      `The cluster has no kind ${kind} in version ${apiVersion}.`,
    );
  }

  private async discover(apiVersion: string): Promise<readonly ApiResource[]> {
    try {
      return (await this.client.get<{ resources?: ApiResource[] }>(versionPath(apiVersion))).resources ?? [];
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }
}

/**
 * Whether an apply conflicts only with other writes of the platform, such as a scaling: Kubernetes has an owner for each
 * way of writing.
 */
function isOwnConflict(error: unknown): boolean {
  const own = `conflict with ${JSON.stringify(FIELD_MANAGER)}`;
  return !!fieldConflictsOf(error)?.every(({ message }) => message?.startsWith(own));
}

function findKind(served: readonly ApiResource[] | undefined, kind: string): ApiResource | undefined {
  return served?.find((resource) => resource.kind === kind && !resource.name.includes('/'));
}

/** An apply without a change keeps the resourceVersion. */
function sameVersion(before: KubernetesObject, after: KubernetesObject): boolean {
  return before.metadata?.resourceVersion === after.metadata?.resourceVersion;
}

/** The fields of an object that clients set: excludes the status and metadata that the server sets. */
function spec(object: KubernetesObject): unknown {
  const { status: _status, metadata, ...rest } = object as KubernetesObject & { status?: unknown };
  const {
    managedFields: _fields,
    resourceVersion: _version,
    generation: _generation,
    ...own
  } = metadata ?? {};
  return { ...rest, metadata: own };
}
