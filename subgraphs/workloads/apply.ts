import { isDeepStrictEqual } from 'node:util';
import type { KubernetesClient, KubernetesObject } from '../../engine/kubernetes/client.js';
import { isNotFound, KubernetesStatusError } from '../../engine/kubernetes/kubernetes-error.js';
import { objectPath, versionPath } from '../../engine/kubernetes/paths.js';
import type { ManifestEntry } from './manifest.rules.js';

/** Who the platform is in Kubernetes' record of managed fields. */
export const FIELD_MANAGER = 'fleetgraph';

export interface ApplyOptions {
  readonly dryRun: boolean;
  readonly force: boolean;
}

export interface AppliedObject {
  readonly result: 'CREATED' | 'CONFIGURED' | 'UNCHANGED';
  readonly object: KubernetesObject;
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Applies objects to one cluster by server-side apply; remembers what the API server serves. */
export class Applier {
  private readonly served = new Map<string, readonly ApiResource[]>();

  constructor(
    private readonly client: KubernetesClient,
    private readonly options: ApplyOptions,
  ) {}

  /** Throws KubernetesStatusError when the API server refuses the object. */
  async apply({ object }: ManifestEntry): Promise<AppliedObject> {
    const path = await this.pathOf(object);
    const before = await this.read(path);
    const after = await this.client.patch(path, object, 'application/apply-patch+yaml', {
      fieldManager: FIELD_MANAGER,
      force: String(this.options.force),
      dryRun: this.options.dryRun ? 'All' : undefined,
    });
    if (!before) return { result: 'CREATED', object: after };
    return {
      result: isDeepStrictEqual(wish(before), wish(after)) ? 'UNCHANGED' : 'CONFIGURED',
      object: after,
    };
  }

  private async read(path: string): Promise<KubernetesObject | undefined> {
    try {
      return await this.client.get(path);
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

/** What of an object its owner decides: not its status, nor what the server counts. */
function wish(object: KubernetesObject): unknown {
  const { status: _status, metadata, ...rest } = object as KubernetesObject & { status?: unknown };
  const {
    managedFields: _fields,
    resourceVersion: _version,
    generation: _generation,
    ...own
  } = metadata ?? {};
  return { ...rest, metadata: own };
}
