import type { LabelSelector } from './label-selector.js';

/** Where a permission applies; every part that is present must match. Without parts: the whole account. */
export interface Scope {
  readonly regionId?: string;
  readonly clusterId?: string;
  readonly clusterSelector?: LabelSelector;
  /** Namespaces, in the clusters that the other parts select. At least one. */
  readonly namespaces?: readonly string[];
}

/** A permission of a principal, with the verbs of its role. */
export interface Grant {
  readonly permissionId: string;
  /** Name of the role. */
  readonly role: string;
  readonly verbs: readonly string[];
  readonly effect: 'ALLOW' | 'DENY';
  readonly scope: Scope;
  /** The permission has no effect from then on. */
  readonly expiresAt?: Date;
}
