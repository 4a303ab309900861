import { type ClusterKind, kindOf } from './cluster-kind.rules.js';
import type { ClusterProfile, ClusterSpec, ClusterType } from './cluster.enums.js';
import type { ClusterCapability } from './cluster-kind.enums.js';

/** What of a stored cluster decides its kind. */
export interface KindColumns {
  readonly id: string;
  readonly type: ClusterType;
  readonly profile: ClusterProfile;
  readonly spec: ClusterSpec | null;
  readonly capability: ClusterCapability | null;
}

/** The kind of a cluster that exists. */
export function kindOfRow({ id, ...columns }: KindColumns): ClusterKind {
  const { kind } = kindOf(columns);
  if (!kind) throw new Error(`the cluster ${id} is of no kind that there is`);
  return kind;
}
