import { type ClusterKind, kindOf } from './cluster-kind.rules.js';
import type { ClusterProfile, ClusterSpec, ClusterType } from './cluster.enums.js';
import type { ClusterCapability } from './cluster-kind.enums.js';

/** The columns that determine the kind of a cluster. */
export interface KindColumns {
  readonly id: string;
  readonly type: ClusterType;
  readonly profile: ClusterProfile;
  readonly spec: ClusterSpec | null;
  readonly capability: ClusterCapability | null;
}

/** The kind of a stored cluster. */
export function kindOfRow({ id, ...columns }: KindColumns): ClusterKind {
  const { kind } = kindOf(columns);
  if (!kind) throw new Error(`the cluster ${id} is of no kind that there is`);
  return kind;
}
