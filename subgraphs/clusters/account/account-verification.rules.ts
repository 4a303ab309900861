import type { Problem } from '../../../kernel/result.js';

/** Whom the verification centre is to identify. */
export interface VerificationRequest {
  readonly kind: 'PERSON' | 'ENTERPRISE';
  readonly name: string;
  readonly documentNumber: string;
}

/** A resident identity card: 17 digits and a digit or X. */
const PERSON = /^\d{17}[\dX]$/;
/** A unified social credit code: 18 digits and capital letters without I, O, S, V and Z. */
const ENTERPRISE = /^[0-9A-HJ-NPQRTUWXY]{18}$/;
const MAX_NAME = 128;

/**
 * Whether an account may buy. Its token says so (claim `verified`; a token that says nothing vouches for it), or the
 * verification centre has identified its holder since the token was made.
 */
export function isVerified(claim: boolean | undefined, known: object | null): boolean {
  return claim !== false || known !== null;
}

/** What is wrong with a request for identification. */
export function verificationProblems({ kind, name, documentNumber }: VerificationRequest): Problem[] {
  const problems: Problem[] = [];
  if (name.trim().length < 1 || name.length > MAX_NAME) {
    const message = `A name has 1 to ${MAX_NAME} characters.`;
    problems.push({ code: 'INVALID_INPUT', message, path: ['input', 'name'] });
  }
  if (!(kind === 'PERSON' ? PERSON : ENTERPRISE).test(documentNumber)) {
    const message =
      kind === 'PERSON'
        ? 'The number of an identity card has 17 digits and a digit or X.'
        : 'A unified social credit code has 18 digits and capital letters, without I, O, S, V and Z.';
    problems.push({ code: 'INVALID_INPUT', message, path: ['input', 'documentNumber'] });
  }
  return problems;
}
