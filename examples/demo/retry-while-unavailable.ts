import { GraphQLRequestError } from '@fleetgraph/client';
import type { DemoContext } from './demo-context.js';
import { pollUntil } from './poll-until.js';

/** The codes that say that a cluster's own API server cannot be reached now. */
const UNAVAILABLE_CODES = new Set(['KUBERNETES_UNAVAILABLE']);

/** Does the work, again while the cluster's API server is away; the client does the same for the platform itself. */
export function retryWhileUnavailable<T>({ signal }: DemoContext, work: () => Promise<T>): Promise<T> {
  const attempt = async () => {
    try {
      return { answer: await work() };
    } catch (error) {
      if (isUnavailable(error)) return undefined;
      throw error;
    }
  };
  return pollUntil(attempt, { what: "the cluster's API server", signal, within: 60_000 }).then(
    ({ answer }) => answer,
  );
}

/** Whether the user errors of a payload say so; to be thrown, so that `patiently` tries again. */
export function throwIfUnavailable(
  userErrors: readonly { readonly code: string; readonly message: string }[],
): void {
  const away = userErrors.filter(({ code }) => UNAVAILABLE_CODES.has(code));
  if (away.length > 0) {
    throw new GraphQLRequestError(away.map(({ code, message }) => ({ message, extensions: { code } })));
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof GraphQLRequestError && error.codes.some((code) => UNAVAILABLE_CODES.has(code));
}
