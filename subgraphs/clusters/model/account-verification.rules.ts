import type { Problem } from '../../../kernel/result.js';
import { documentProblem } from './identity-document.rules.js';

export const ACCOUNT_HOLDER_KINDS = ['PERSON', 'ENTERPRISE'] as const;

export type AccountHolderKind = (typeof ACCOUNT_HOLDER_KINDS)[number];

/** The account holder that the verification centre identifies. */
export interface VerificationRequest {
  readonly kind: AccountHolderKind;
  readonly name: string;
  readonly documentNumber: string;
}

const MAX_NAME = 128;

/**
 * Whether an account may buy. Either its token does not carry `verified: false` (a token without the claim counts as
 * verified), or the verification centre has identified the account holder since the token was issued.
 */
export function isVerified(claim: boolean | undefined, verification: object | null): boolean {
  return claim !== false || verification !== null;
}

/** Validates a verification request that arrives at the time `at`. */
export function verificationProblems(
  { kind, name, documentNumber }: VerificationRequest,
  at: Date,
): Problem[] {
  const problems: Problem[] = [];
  if (name.trim().length < 1 || name.length > MAX_NAME) {
    const message = `A name has 1 to ${MAX_NAME} characters.`;
    problems.push({ code: 'INVALID_INPUT', message, path: ['input', 'name'] });
  }
  const message = documentProblem(kind, documentNumber, at);
  if (message !== undefined)
    problems.push({ code: 'INVALID_INPUT', message, path: ['input', 'documentNumber'] });
  return problems;
}
