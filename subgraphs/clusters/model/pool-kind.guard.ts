import { ProblemError } from '../../../kernel/result.js';
import type { InstanceTypeValue } from './version.rules.js';
import { kindOfRow, type KindColumns } from './kind-of-row.js';
import { poolKindProblems, type PoolOfKind } from './pool-kind.rules.js';

/** Rejects a node pool that does not fit the cluster's kind. */
export function rejectPoolOfKind(
  pool: PoolOfKind,
  cluster: KindColumns & { readonly version: string },
  types: ReadonlyMap<string, InstanceTypeValue>,
): void {
  const home = { kind: kindOfRow(cluster).name, version: cluster.version, types };
  const problems = poolKindProblems(pool, home, ['input']);
  if (problems.length > 0) throw new ProblemError(problems);
}
