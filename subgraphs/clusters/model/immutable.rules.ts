import type { ClusterProfile, ClusterSpec, ClusterType } from './cluster.enums.js';
import type { ClusterCapability, NetworkPlugin, StoragePlugin } from './cluster-kind.enums.js';
import type { Problem } from '../../../kernel/result.js';
import { kindOfRow, type KindColumns } from './kind-of-row.js';

/** The immutable fields of a cluster; an update may repeat their values. */
export interface ImmutableFields {
  readonly regionId?: string | null | undefined;
  readonly vpcId?: string | null | undefined;
  readonly type?: ClusterType | null | undefined;
  readonly profile?: ClusterProfile | null | undefined;
  readonly spec?: ClusterSpec | null | undefined;
  readonly capability?: ClusterCapability | null | undefined;
  readonly networkPlugin?: NetworkPlugin | null | undefined;
  readonly storagePlugin?: StoragePlugin | null | undefined;
  readonly masterCount?: number | null | undefined;
}

/** The immutable columns of a cluster. */
export interface StoredImmutableFields extends KindColumns {
  readonly regionId: string;
  readonly vpcId: string | null;
  readonly networkPlugin: NetworkPlugin;
  readonly storagePlugin: StoragePlugin;
}

/** Alternatives to changing an immutable field. */
const ADVICE: Readonly<Partial<Record<keyof ImmutableFields, string>>> = {
  spec: ' ACK Standard becomes ACK Pro by migrateCluster; there is no way back.',
  type: ' Make a new cluster and move the applications.',
  regionId: ' Make a new cluster there.',
  masterCount: ' A dedicated cluster keeps its three masters.',
};

/** Rejects each immutable field that would change; omitted fields and unchanged values are accepted. */
export function immutableProblems(requested: ImmutableFields, cluster: StoredImmutableFields): Problem[] {
  const present: Record<keyof ImmutableFields, string | number | null> = {
    regionId: cluster.regionId,
    vpcId: cluster.vpcId,
    type: cluster.type,
    profile: cluster.profile,
    spec: cluster.spec,
    capability: cluster.capability,
    networkPlugin: cluster.networkPlugin,
    storagePlugin: cluster.storagePlugin,
    masterCount: kindOfRow(cluster).masters,
  };
  return (Object.keys(present) as (keyof ImmutableFields)[]).flatMap((field): Problem[] => {
    const value = requested[field];
    if (value == null || value === present[field]) return [];
    const message = `${field} is ${present[field] ?? 'not set'} and cannot be changed.${ADVICE[field] ?? ''}`;
    return [{ code: 'IMMUTABLE_FIELD', message, path: ['input', field] }];
  });
}
