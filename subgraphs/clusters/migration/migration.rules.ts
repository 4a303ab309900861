import { quotaExceeded } from '../../../engine/quota-exceeded.js';
import type { Problem } from '../../../kernel/result.js';

/** What decides whether a cluster can become a Pro one. */
export interface MigrationFacts {
  readonly product: string;
  readonly state: string;
  readonly regionId: string;
  /** Availability of ACK Pro in its region. */
  readonly proThere: string | undefined;
  readonly version: string;
  /** Whether its Kubernetes version is among the supported ones. */
  readonly supported: boolean;
  /** What it would take of the quotas of ACK Pro. */
  readonly needs: readonly Need[];
}

export interface Need {
  readonly resource: string;
  readonly scope: string;
  readonly limit: number | null;
  readonly used: number;
  readonly requested: number;
}

const PATH = ['input', 'id'];

/** Everything that keeps a cluster from being migrated from ACK Standard to ACK Pro. */
export function migrationProblems(facts: MigrationFacts): Problem[] {
  const { product } = facts;
  if (product !== 'ACK_STANDARD') {
    const why =
      product === 'ACK_PRO'
        ? 'The cluster is ACK Pro already.'
        : `Clusters of ${product} stay what they are.`;
    return [
      { code: 'MIGRATION_NOT_ALLOWED', message: `${why} Only ACK Standard becomes ACK Pro.`, path: PATH },
    ];
  }
  return [
    ...stateProblems(facts),
    ...regionProblems(facts),
    ...versionProblems(facts),
    ...quotaProblems(facts),
  ];
}

function stateProblems({ state }: MigrationFacts): Problem[] {
  if (state === 'RUNNING') return [];
  const message = `The cluster is ${state}; only a RUNNING one can be migrated.`;
  return [{ code: 'INVALID_STATE', message, path: PATH }];
}

function regionProblems({ regionId, proThere }: MigrationFacts): Problem[] {
  if (proThere === 'AVAILABLE') return [];
  return proThere === 'COMING_SOON'
    ? [
        {
          code: 'PRODUCT_COMING_SOON',
          message: `ACK_PRO is announced for ${regionId} but not yet open there.`,
          path: PATH,
        },
      ]
    : [{ code: 'PRODUCT_NOT_OFFERED', message: `ACK_PRO is not offered in ${regionId}.`, path: PATH }];
}

function versionProblems({ version, supported }: MigrationFacts): Problem[] {
  if (supported) return [];
  const message = `Kubernetes ${version} is no longer supported. Upgrade the cluster first.`;
  return [{ code: 'MIGRATION_NOT_ALLOWED', message, path: PATH }];
}

function quotaProblems({ needs }: MigrationFacts): Problem[] {
  return needs.flatMap(({ limit, ...need }) =>
    limit === null || need.used + need.requested <= limit
      ? []
      : [quotaExceeded({ ...need, limit }, { path: PATH })],
  );
}
