import { GraphQLRequestError } from '@fleetgraph/client';
import type { DemoContext } from './demo-context.js';
import { pollUntil } from './poll-until.js';

/** Codes of errors while the API server of a cluster is unreachable. */
const UNAVAILABLE_CODES = new Set(['KUBERNETES_UNAVAILABLE']);

/** Retries the work while the API server of the cluster is unreachable. The client itself retries an unreachable platform. */
export function retryWhileUnavailable<T>({ signal }: DemoContext, work: () => Promise<T>): Promise<T> {
  const attempt = async () => {
    try {
      return { value: await work() };
    } catch (error) {
      if (isUnavailable(error)) return undefined;
      throw error;
    }
  };
  return pollUntil(attempt, { condition: "the cluster's API server", signal, within: 60_000 }).then(
    ({ value: result }) => result,
  );
}

/** Throws if a payload has such an error, so that `retryWhileUnavailable` retries. */
export function throwIfUnavailable(
  userErrors: readonly { readonly code: string; readonly message: string }[],
): void {
  const unavailable = userErrors.filter(({ code }) => UNAVAILABLE_CODES.has(code));
  if (unavailable.length > 0) {
    throw new GraphQLRequestError(
      unavailable.map(({ code, message }) => ({ message, extensions: { code } })),
    );
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof GraphQLRequestError && error.codes.some((code) => UNAVAILABLE_CODES.has(code));
}
