import type { ScopeColumns } from '../../../access/store/grants.js';
import { throwProblem } from '../../../kernel/result.js';

/** States of a request as they are stored. */
export const ACCESS_REQUEST_STATES = ['PENDING', 'APPROVED', 'REFUSED', 'WITHDRAWN', 'EXPIRED'] as const;
export type AccessRequestState = (typeof ACCESS_REQUEST_STATES)[number];

/** Requests of a principal that are not decided. */
export const MAX_PENDING = 10;
/** Days after which a request that is not decided expires. */
const DAYS = 7;
/** An emergency is short. */
export const MAX_EMERGENCY_MINUTES = 60;
const MAX_MINUTES = 7 * 24 * 60;
const MAX_TEXT = 1_000;

/** A request for a permission; the GraphQL type of the same name describes the fields. */
export interface AccessRequest extends ScopeColumns {
  readonly id: string;
  readonly account: string;
  /** The requester. */
  readonly principalId: string;
  readonly roleId: string;
  readonly reason: string;
  readonly minutes: number;
  /** Whether the requester approved it itself, in an emergency. */
  readonly breakGlass: boolean;
  readonly state: AccessRequestState;
  /** The principal that approved or refused it. */
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  /** Why it was refused. */
  readonly message: string | null;
  /** The permission that it became. */
  readonly permissionId: string | null;
  readonly createdAt: Date;
}

/** Requests that were made before this time have expired. */
export function expiryOf(at: Date): Date {
  return new Date(at.getTime() - DAYS * 24 * 3_600_000);
}

/** The request as it is at a time: one that is not decided for a week has expired. */
export function requestAt(request: AccessRequest, at: Date): AccessRequest {
  const isExpired = request.state === 'PENDING' && request.createdAt <= expiryOf(at);
  return isExpired ? { ...request, state: 'EXPIRED' } : request;
}

/** Checks reason and duration of a request. Throws INVALID_INPUT. */
export function checkRequest(
  { reason, minutes }: Pick<AccessRequest, 'reason' | 'minutes'>,
  maxMinutes = MAX_MINUTES,
): void {
  if (reason.trim().length < 1 || reason.length > MAX_TEXT)
    throwProblem('INVALID_INPUT', `reason has 1 to ${MAX_TEXT} characters.`, { path: ['input', 'reason'] });
  if (minutes < 1 || minutes > maxMinutes)
    throwProblem('INVALID_INPUT', `minutes is from 1 to ${maxMinutes}, not ${minutes}.`, {
      path: ['input', 'minutes'],
    });
}

/** Checks why a request is refused. Throws INVALID_INPUT. */
export function checkMessage(message: string | null | undefined): void {
  if ((message?.length ?? 0) > MAX_TEXT)
    throwProblem('INVALID_INPUT', `message has at most ${MAX_TEXT} characters.`, {
      path: ['input', 'message'],
    });
}
