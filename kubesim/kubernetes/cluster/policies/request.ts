import type { Json, KubeObject } from '../../kinds/object.js';
import type { ServedType } from '../../kinds/registry.js';
import type { ResourceType } from '../../kinds/resource.js';

/** The user of a request. */
export interface Requester {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Group, version and kind. */
export interface VersionedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What a request of a client says besides its object. */
export interface RequestAttributes {
  /** The kind in the version of the path. */
  readonly served: ServedType;
  readonly subresource?: string | undefined;
  /** Of a subresource that has a kind of its own, such as Scale. */
  readonly kind?: VersionedKind | undefined;
  /** The name in the path or of the object; empty for a generated one, and for a collection. */
  readonly name: string;
  readonly namespace: string;
  /** CreateOptions, UpdateOptions or DeleteOptions; null for a connection. */
  readonly options: Json | null;
}

/** A request that admission reviews. */
export interface AdmissionRequest {
  readonly type: ResourceType;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly subresource?: string | undefined;
  /** Absent for a deletion. */
  readonly object?: KubeObject;
  /** Absent for a creation. */
  readonly old?: KubeObject;
  readonly user: Requester;
  readonly dryRun: boolean;
  /** Absent for a request of a controller. */
  readonly attributes?: RequestAttributes | undefined;
}

/** The object of a request, or the deleted one. */
export function subjectOf({ object, old }: AdmissionRequest): KubeObject | undefined {
  return object ?? old;
}

/** A resource in a version: `apps`, `v1`, `deployments`. */
export type VersionedResource = Pick<ResourceType, 'group' | 'version' | 'plural'>;

/** The resource of the path. */
export function resourceOf({ type, attributes }: AdmissionRequest): VersionedResource {
  const {
    group,
    version,
    type: { plural },
  } = attributes?.served ?? { ...type, type };
  return { group, version, plural };
}

/** The kind of the object of a request. */
export function kindOf({ type, attributes }: AdmissionRequest): VersionedKind {
  const { group, version } = attributes?.served ?? type;
  return attributes?.kind ?? { group, version, kind: type.kind };
}
