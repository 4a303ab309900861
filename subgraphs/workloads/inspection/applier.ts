import { isDeepStrictEqual } from 'node:util';
import type { AnswerForm, KubernetesClient, KubernetesObject } from '../../../engine/kubernetes/client.js';
import { isNotFound, KubernetesStatusError } from '../../../engine/kubernetes/kubernetes-error.js';
import { objectPath, versionPath } from '../../../engine/kubernetes/paths.js';
import type { ManifestEntry } from '../model/manifest.rules.js';

/** Who the platform is in Kubernetes' record of managed fields. */
export const FIELD_MANAGER = 'fleetgraph';

/** Runs the work for a large object when it is its turn. */
export type InTurn = (work: () => Promise<AppliedObject>) => Promise<AppliedObject>;

export interface ApplyOptions {
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly inTurn: InTurn;
}

/** Characters of JSON from which on an object is large: writing and reading each copy takes a millisecond or more. */
const LARGE = 64 * 1024;

export interface AppliedObject {
  readonly result: 'CREATED' | 'CONFIGURED' | 'UNCHANGED';
  readonly object: KubernetesObject;
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * Kinds of data, up to a mebibyte, that have no status: only applying them changes them. Neither they nor what became of
 * them need be read to see whether something changed.
 */
const DATA_KINDS: ReadonlySet<string> = new Set(['ConfigMap', 'Secret']);

/** Applies objects to one cluster by server-side apply; remembers what the API server serves. */
export class Applier {
  private readonly served = new Map<string, readonly ApiResource[]>();

  constructor(
    private readonly client: KubernetesClient,
    private readonly options: ApplyOptions,
  ) {}

  /**
   * Throws KubernetesStatusError when the API server refuses the object. Of a ConfigMap or Secret only the metadata is
   * answered; a dry run leaves no other trace than the object.
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
    const query = { fieldManager: FIELD_MANAGER, force, dryRun };
    const after = await this.client.apply(path, json, query, form);
    if (!before) return { result: 'CREATED', object: after };
    const isSame =
      form === 'metadata' ? sameVersion(before, after) : isDeepStrictEqual(spec(before), spec(after));
    return { result: isSame ? 'UNCHANGED' : 'CONFIGURED', object: after };
  }

  private async read(path: string, form: AnswerForm): Promise<KubernetesObject | undefined> {
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
    return objectPath({ apiVersion, resource: resource.name }, namespace, metadata.name);
  }

  /** Where the API server serves the kind. A kind it does not know is asked for again: the manifest may define it. */
  private async resource(apiVersion: string, kind: string): Promise<ApiResource> {
    const known = findKind(this.served.get(apiVersion), kind);
    if (known) return known;
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

function findKind(served: readonly ApiResource[] | undefined, kind: string): ApiResource | undefined {
  return served?.find((resource) => resource.kind === kind && !resource.name.includes('/'));
}

/** API servers store nothing, and count no version, when an apply changes nothing. */
function sameVersion(before: KubernetesObject, after: KubernetesObject): boolean {
  return before.metadata?.resourceVersion === after.metadata?.resourceVersion;
}

/** What of an object its owner decides: not its status, nor what the server counts. */
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
