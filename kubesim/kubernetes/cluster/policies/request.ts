import type { KubeObject } from '../../kinds/object.js';
import type { ResourceType } from '../../kinds/resource.js';

/** The user of a request. */
export interface Requester {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** A request that admission reviews. */
export interface AdmissionRequest {
  readonly type: ResourceType;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly subresource?: string;
  /** Absent for a deletion. */
  readonly object?: KubeObject;
  /** Absent for a creation. */
  readonly old?: KubeObject;
  readonly user: Requester;
  readonly dryRun: boolean;
}

/** The object of a request, or the deleted one. */
export function subjectOf({ object, old }: AdmissionRequest): KubeObject | undefined {
  return object ?? old;
}
