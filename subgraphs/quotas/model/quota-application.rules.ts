import type { Problem } from '../../../kernel/result.js';
import type { QuotaApplicationState } from './quota.enums.js';
import { MAX_LIMIT, type QuotaDefinition } from './quota.rules.js';

/** Kind of the reconciler of undecided applications; keys are application ids. */
export const QUOTA_APPLICATION = 'quota-application';

/** A request for a higher limit; the GraphQL type of the same name describes the fields. */
export interface QuotaApplication {
  readonly id: string;
  /** The ledger's resource and scope. */
  readonly resource: string;
  readonly scope: string;
  readonly account: string;
  readonly requestedBy: string;
  readonly limit: number;
  readonly reason: string | null;
  readonly state: QuotaApplicationState;
  readonly message: string | null;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
}

/** Multiple of the current limit above which an application requires a reason. */
const MAX_FACTOR_WITHOUT_REASON = 100;

/** Maximum length of a reason in characters. */
const MAX_REASON = 1_000;

export interface QuotaIncreaseRequest {
  readonly limit: number;
  readonly reason?: string | null | undefined;
}

/** Why the limit cannot be raised as requested; undefined if it can. `current` is the current limit. */
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

/** The result of an application. */
export interface Decision {
  readonly state: Exclude<QuotaApplicationState, 'PENDING'>;
  /** Whether the limit must be raised; false if it is already high enough. */
  readonly raise: boolean;
  /** The limit before and after. */
  readonly fromLimit: number | null;
  readonly toLimit: number | null;
  /** Why the application was rejected; null otherwise. */
  readonly message: string | null;
}

/**
 * Decides an application by the rules: an adjustable limit is raised; above a multiple of the current limit a reason
 * is required. `current` is the current limit.
 */
export function decide(
  definition: QuotaDefinition | undefined,
  current: number | null,
  request: QuotaIncreaseRequest,
): Decision {
  const stays = { raise: false, fromLimit: current, toLimit: current };
  if (definition && current !== null && current >= request.limit)
    return { ...stays, state: 'APPROVED', message: null };
  const message = definition
    ? rejection(definition, current, request)
    : 'The quota no longer exists: what it belonged to was deleted.';
  if (message !== undefined) return { ...stays, state: 'REJECTED', message };
  const raised = { raise: true, fromLimit: current, toLimit: request.limit };
  return { ...raised, state: 'APPROVED', message: null };
}

function rejection(
  definition: QuotaDefinition,
  current: number | null,
  request: QuotaIncreaseRequest,
): string | undefined {
  const problem = increaseProblem(definition, current, request);
  if (problem) return problem.message;
  const unexplained = !request.reason?.trim() && request.limit > MAX_FACTOR_WITHOUT_REASON * (current ?? 0);
  if (!unexplained) return undefined;
  return `More than ${MAX_FACTOR_WITHOUT_REASON} times the present limit, ${current}, needs a reason: ask again with one.`;
}
