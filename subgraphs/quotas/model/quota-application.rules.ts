import type { Problem } from '../../../kernel/result.js';
import { QuotaApplicationState } from '../api/quota-application/quota-application.type.js';
import { MAX_LIMIT, type QuotaDefinition } from './quota.rules.js';

/** So many times the present limit can be had for the asking; more needs a reason. */
const WITHOUT_REASON = 100;

/** The longest reason, in characters. */
const MAX_REASON = 1_000;

export interface QuotaIncreaseRequest {
  readonly limit: number;
  readonly reason?: string | null | undefined;
}

/** Why the limit cannot be raised so; undefined when it can. `current` is the limit that holds. */
export function increaseProblem(
  definition: QuotaDefinition,
  current: number | null,
  request: QuotaIncreaseRequest,
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
  if (request.limit <= current || request.limit > MAX_LIMIT) {
    return {
      code: 'INVALID_INPUT',
      message: `limit must be above the present one, ${current}, and at most ${MAX_LIMIT}; it is ${request.limit}.`,
      path: ['input', 'limit'],
    };
  }
  if ((request.reason?.length ?? 0) > MAX_REASON) {
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
  /** Why it was rejected; null when it was not. */
  readonly message: string | null;
}

/**
 * The desk's decision: what can be raised is raised, very much of it only with a reason. `current` is the limit that
 * holds.
 */
export function decide(
  definition: QuotaDefinition | undefined,
  current: number | null,
  request: QuotaIncreaseRequest,
): Decision {
  const stays = { raise: false, fromLimit: current, toLimit: current };
  if (definition && current !== null && current >= request.limit)
    return { ...stays, state: QuotaApplicationState.APPROVED, message: null };
  const message = definition
    ? rejection(definition, current, request)
    : 'The quota no longer exists: what it belonged to was deleted.';
  if (message !== undefined) return { ...stays, state: QuotaApplicationState.REJECTED, message };
  const raised = { raise: true, fromLimit: current, toLimit: request.limit };
  return { ...raised, state: QuotaApplicationState.APPROVED, message: null };
}

function rejection(
  definition: QuotaDefinition,
  current: number | null,
  request: QuotaIncreaseRequest,
): string | undefined {
  const problem = increaseProblem(definition, current, request);
  if (problem) return problem.message;
  const unexplained = !request.reason?.trim() && request.limit > WITHOUT_REASON * (current ?? 0);
  if (!unexplained) return undefined;
  return `More than ${WITHOUT_REASON} times the present limit, ${current}, needs a reason: ask again with one.`;
}
