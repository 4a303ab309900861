import { type ClusterKind, kindOf } from './cluster-kind.rules.js';
import type { ClusterProfile, ClusterSpec, ClusterType } from './cluster.enums.js';
import type { ClusterCapability } from './cluster-kind.enums.js';

/** What of a stored cluster decides its kind. */
export interface KindColumns {
  readonly id: string;
  readonly type: string;
  readonly profile: string;
  readonly spec: string | null;
  readonly capability: string | null;
}

/** The kind of a cluster that exists. */
export function kindOfRow({ id, type, profile, spec, capability }: KindColumns): ClusterKind {
  const { kind } = kindOf({
    type: type as ClusterType,
    profile: profile as ClusterProfile,
    spec: spec as ClusterSpec | null,
    capability: capability as ClusterCapability | null,
  });
  if (!kind) throw new Error(`the cluster ${id} is of no kind that there is`);
  return kind;
}
