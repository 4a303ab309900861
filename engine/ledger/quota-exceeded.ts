import { raisableQuotaId, type QuotaKey } from './quota-id.js';
import type { Problem } from '../../kernel/result.js';

/** What does not fit into a quota. */
export interface Excess extends QuotaKey {
  readonly limit: number;
  readonly used: number;
  /** How much more was asked for. */
  readonly requested: number;
}

const REMEDY = 'Delete what is not needed, or ask for a higher limit with requestQuotaIncrease.';

/** The refusal of it: the quota by its id, its limit and use, and what to do. `message` says it in other words. */
export function quotaExceeded(
  { scope, ...excess }: Excess,
  { path, message }: { readonly path?: readonly string[] | undefined; readonly message?: string } = {},
): Problem {
  const { resource, limit, used, requested } = excess;
  return {
    code: 'QUOTA_EXCEEDED',
    message:
      message ?? `${resource}: ${requested} more do not fit, ${used} of ${limit} are in use. ${REMEDY}`,
    ...(path && { path }),
    details: { quotaId: raisableQuotaId({ resource, scope }), ...excess },
  };
}
