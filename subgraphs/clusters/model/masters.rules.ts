import type { Problem } from '../../../kernel/result.js';
import type { InstanceTypeValue } from './version.rules.js';
import { instanceTypeProblem } from './node-pool.rules.js';
import type { ClusterKind } from './cluster-kind.rules.js';

/** The requested masters. */
export interface MastersRequest {
  readonly count?: number | null | undefined;
  readonly instanceType?: string | null | undefined;
}

/** Default instance type of masters. */
const MASTER_TYPE = 'ecs.g7.xlarge';
const PATH = ['input', 'masters'];

/** Validates the requested masters: exactly three for dedicated clusters, none for others. */
export function mastersProblems(
  masters: MastersRequest | null | undefined,
  { name, masters: count }: Pick<ClusterKind, 'name' | 'masters'>,
  types: ReadonlyMap<string, InstanceTypeValue>,
): Problem[] {
  if (!masters) return [];
  if (count === 0) {
    const message = `A cluster of the kind ${name} has no masters of the account.`;
    return [{ code: 'UNSUPPORTED_BY_KIND', message, path: PATH }];
  }
  const problems: Problem[] = [];
  if (masters.count != null && masters.count !== count) {
    const message = `A dedicated cluster has exactly ${count} masters, not ${masters.count}.`;
    problems.push({ code: 'INVALID_INPUT', message, path: [...PATH, 'count'] });
  }
  if (masters.instanceType == null) return problems;
  const type = types.get(masters.instanceType);
  return [...problems, ...instanceTypeProblem(masters.instanceType, type, [...PATH, 'instanceType'])];
}

/** The instance types of the new masters; empty for a cluster without masters of the account. */
export function planMasters(
  masters: MastersRequest | null | undefined,
  { masters: count }: Pick<ClusterKind, 'masters'>,
): readonly string[] {
  return Array.from({ length: count }, () => masters?.instanceType ?? MASTER_TYPE);
}
