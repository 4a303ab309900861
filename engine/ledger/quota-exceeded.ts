import { raisableQuotaId, type QuotaKey } from './quota-id.js';
import type { Problem } from '../../kernel/result.js';

/** A request that exceeds a quota. */
export interface Excess extends QuotaKey {
  readonly limit: number;
  readonly used: number;
  /** The requested amount. */
  readonly requested: number;
}

const REMEDY = 'Delete what is not needed, or ask for a higher limit with requestQuotaIncrease.';

/** The problem of an exceeded quota: its id, limit and usage, and the remedy. `message` replaces the default text. */
export function quotaExceeded(
  { scope, ...excess }: Excess,
  { path, message }: { readonly path?: readonly string[] | undefined; readonly message?: string } = {},
): Problem {
  const { resource, limit, used, requested } = excess;
  return {
    code: 'QUOTA_EXCEEDED',
    message:
      message ??
      `exceeded quota: ${resource}, requested: ${requested}, used: ${used}, limited: ${limit}. ${REMEDY}`,
    ...(path && { path }),
    details: { quotaId: raisableQuotaId({ resource, scope }), ...excess },
  };
}
