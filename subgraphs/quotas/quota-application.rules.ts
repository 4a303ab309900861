import type { Problem } from '../../kernel/result.js';
import { QuotaApplicationState } from './quota-application.type.js';
import { MAX_LIMIT, type QuotaDefinition } from './quota.rules.js';

/** The longest reason, in characters. */
const MAX_REASON = 1_000;

export interface IncreaseWish {
  readonly limit: number;
  readonly reason?: string | null | undefined;
}

/** Why the limit cannot be raised so; undefined when it can. `current` is the limit that holds. */
export function increaseProblem(
  definition: QuotaDefinition,
  current: number | null,
  wish: IncreaseWish,
): Problem | undefined {
  if (!definition.adjustable) {
    return {
      code: 'NOT_ADJUSTABLE',
      message: `${definition.description}: this limit cannot be raised.`,
      path: ['input', 'quotaId'],
    };
  }
  if (current === null) {
    return {
      code: 'NOT_ADJUSTABLE',
      message: `${definition.description}: there is no fixed limit to raise.`,
      path: ['input', 'quotaId'],
    };
  }
  if (wish.limit <= current || wish.limit > MAX_LIMIT) {
    return {
      code: 'INVALID_INPUT',
      message: `limit must be above the present one, ${current}, and at most ${MAX_LIMIT}; it is ${wish.limit}.`,
      path: ['input', 'limit'],
    };
  }
  if ((wish.reason?.length ?? 0) > MAX_REASON) {
    return {
      code: 'INVALID_INPUT',
      message: `reason has at most ${MAX_REASON} characters.`,
      path: ['input', 'reason'],
    };
  }
  return undefined;
}

/** What becomes of an application. */
export interface Decision {
  readonly state: QuotaApplicationState.APPROVED | QuotaApplicationState.REJECTED;
  /** Whether the limit has to be set: not when it is high enough already. */
  readonly raise: boolean;
  /** The limit before and after. */
  readonly fromLimit: number | null;
  readonly toLimit: number | null;
}

/** The desk's decision: what can be raised is raised. `current` is the limit that holds. */
export function decide(
  definition: QuotaDefinition | undefined,
  current: number | null,
  limit: number,
): Decision {
  const enough = definition !== undefined && current !== null && current >= limit;
  if (enough)
    return { state: QuotaApplicationState.APPROVED, raise: false, fromLimit: current, toLimit: current };
  const possible = definition !== undefined && !increaseProblem(definition, current, { limit });
  return possible
    ? { state: QuotaApplicationState.APPROVED, raise: true, fromLimit: current, toLimit: limit }
    : { state: QuotaApplicationState.REJECTED, raise: false, fromLimit: current, toLimit: current };
}
