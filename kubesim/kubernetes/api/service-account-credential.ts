import { decodeJwt, errors } from 'jose';
import { invalidation, isAlive } from '../cluster/service-account-token.js';
import type { ClusterContext } from '../cluster/context.js';
import { API_AUDIENCE, REAL_ISSUERS, type VerifiedToken } from '../../service-account-tokens.js';
import type { Credential } from '../../credentials.js';

const EXTRA = 'authentication.kubernetes.io';

/** Why a service account's token is not accepted for the audiences, in the words of API servers; undefined if it is. */
export function rejectionOf(
  { store }: Pick<ClusterContext, 'store'>,
  token: VerifiedToken,
  audiences: readonly string[],
): string | undefined {
  if (token.audiences.some((audience) => audiences.includes(audience)))
    return invalidation(store, token.subject);
  const list = (texts: readonly string[]) => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`;
  return `token audiences ${list(token.audiences)} is invalid for the target audiences ${list(audiences)}`;
}

/**
 * The credential of a service account's token for the audiences; undefined if the token is for others, or the account
 * or the object to which it is bound is gone.
 */
export function serviceAccountCredential(
  { store }: Pick<ClusterContext, 'store'>,
  token: VerifiedToken,
  audiences: readonly string[] = [API_AUDIENCE],
): Credential | undefined {
  const { subject, expiresAt } = token;
  if (rejectionOf({ store }, token, audiences) !== undefined) return undefined;
  const { namespace, serviceaccount } = subject;
  return {
    user: {
      name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
      uid: serviceaccount.uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
      extra: extraOf(token),
    },
    expiresAt,
    isRevoked: () => !isAlive(store, subject),
  };
}

/**
 * The credential of a token that a real API server has issued to a service account, by its form: the API server verifies it. Undefined
 * for other tokens, which need no request to find out.
 */
export function forwardedCredential(token: string): Credential | undefined {
  try {
    const { iss = '', exp = Infinity } = decodeJwt(token);
    if (!REAL_ISSUERS.includes(iss)) return undefined;
    // All share the account's streams; the name is not that of the token, which is not verified.
    return { user: { name: 'system:serviceaccounts', groups: [] }, expiresAt: exp * 1000 };
  } catch (error) {
    if (error instanceof errors.JWTInvalid) return undefined;
    throw error;
  }
}

function extraOf({ id, subject: { pod, node } }: VerifiedToken): Readonly<Record<string, readonly string[]>> {
  return {
    [`${EXTRA}/credential-id`]: [`JTI=${id}`],
    ...(node && { [`${EXTRA}/node-name`]: [node.name] }),
    ...(node?.uid && { [`${EXTRA}/node-uid`]: [node.uid] }),
    ...(pod && { [`${EXTRA}/pod-name`]: [pod.name], [`${EXTRA}/pod-uid`]: [pod.uid] }),
  };
}
