import { ProblemError, type Problem } from '../../../../kernel/result.js';
import type { RollingPolicy } from '../../store/upgrade-input.js';
import { MAX_BATCH } from '../../model/upgrade.rules.js';
import type { UpgradeRollingPolicyInput } from '../upgrade/upgrade.type.js';

/** Validates a rolling policy; undefined when none is given. Rejects with `INVALID_INPUT`. */
export function rollingPolicyOf(
  input: UpgradeRollingPolicyInput | null | undefined,
): RollingPolicy | undefined {
  if (!input) return undefined;
  const { batchSize, surge, pausePolicy } = input;
  const problems = [
    ...outside('batchSize', batchSize, { least: 1, most: MAX_BATCH }),
    ...outside('surge', surge, { least: 0, most: MAX_BATCH }),
  ];
  if (problems.length > 0) throw new ProblemError(problems);
  return {
    ...(batchSize != null && { batchSize }),
    ...(surge != null && { surge }),
    ...(pausePolicy != null && { pausePolicy }),
  };
}

function outside(
  field: string,
  value: number | null | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): Problem[] {
  if (value == null || (value >= least && value <= most)) return [];
  const path = ['input', 'rollingPolicy', field];
  return [{ code: 'INVALID_INPUT', message: `${field} is ${least} to ${most}.`, path }];
}
