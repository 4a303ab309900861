import type { Product } from '../../../kernel/product.js';
import type { ClusterState } from './cluster.enums.js';
import { quotaExceeded } from '../../../engine/ledger/quota-exceeded.js';
import type { Problem } from '../../../kernel/result.js';

/** Input of the check whether a cluster can be migrated to ACK Pro. */
export interface MigrationFacts {
  readonly id: string;
  readonly product: Product;
  readonly state: ClusterState;
  readonly regionId: string;
  /** Availability of ACK Pro in its region. */
  readonly proThere: string | undefined;
  readonly version: string;
  /** Whether its Kubernetes version is supported. */
  readonly supported: boolean;
  /** The ACK Pro quotas that the cluster would use. */
  readonly needs: readonly QuotaRequirement[];
}

export interface QuotaRequirement {
  readonly resource: string;
  readonly scope: string;
  readonly limit: number | null;
  readonly used: number;
  readonly requested: number;
}

const PATH = ['input', 'id'];

/** Lists every reason that prevents the migration of a cluster from ACK Standard to ACK Pro. */
export function migrationProblems(facts: MigrationFacts): Problem[] {
  const { id, product } = facts;
  if (product !== 'ACK_STANDARD') {
    const why = product === 'ACK_PRO' ? 'ACK_PRO already' : `${product} and stays that`;
    const message = `The cluster ${id} is ${why}. Only ACK_STANDARD becomes ACK_PRO.`;
    return [{ code: 'MIGRATION_NOT_ALLOWED', message, path: PATH }];
  }
  return [
    ...stateProblems(facts),
    ...regionProblems(facts),
    ...versionProblems(facts),
    ...quotaProblems(facts),
  ];
}

function stateProblems({ id, state }: MigrationFacts): Problem[] {
  if (state === 'RUNNING') return [];
  const message = `The cluster ${id} is ${state}; only a RUNNING one can be migrated. Send it again when it is.`;
  return [{ code: 'INVALID_STATE', message, path: PATH }];
}

function regionProblems({ id, regionId, proThere }: MigrationFacts): Problem[] {
  if (proThere === 'AVAILABLE') return [];
  return proThere === 'COMING_SOON'
    ? [
        {
          code: 'PRODUCT_COMING_SOON',
          message: `ACK_PRO is announced for ${regionId}, the region of the cluster ${id}, but not yet open there.`,
          path: PATH,
        },
      ]
    : [
        {
          code: 'PRODUCT_NOT_OFFERED',
          message: `ACK_PRO is not offered in ${regionId}, the region of the cluster ${id}.`,
          path: PATH,
        },
      ];
}

function versionProblems({ id, version, supported }: MigrationFacts): Problem[] {
  if (supported) return [];
  const message = `Kubernetes ${version} is no longer supported. Upgrade the cluster ${id} first, with upgradeCluster.`;
  return [{ code: 'MIGRATION_NOT_ALLOWED', message, path: PATH }];
}

function quotaProblems({ needs }: MigrationFacts): Problem[] {
  return needs.flatMap(({ limit, ...need }) =>
    limit === null || need.used + need.requested <= limit
      ? []
      : [quotaExceeded({ ...need, limit }, { path: PATH })],
  );
}

export const MIGRATE_CLUSTER = 'MIGRATE_CLUSTER' as const;
