import { GraphQLRequestError } from '@fleetgraph/client';
import type { Story } from './story.js';
import { until } from './until.js';

/** The codes that say that a cluster's own API server cannot be reached now. */
const AWAY = new Set(['KUBERNETES_UNAVAILABLE']);

/** Does the work, again while the cluster's API server is away; the client does the same for the platform itself. */
export function patiently<T>({ signal }: Story, work: () => Promise<T>): Promise<T> {
  const attempt = async () => {
    try {
      return { answer: await work() };
    } catch (error) {
      if (isAway(error)) return undefined;
      throw error;
    }
  };
  return until(attempt, { what: "the cluster's API server", signal, within: 60_000 }).then(
    ({ answer }) => answer,
  );
}

/** Whether the user errors of a payload say so; to be thrown, so that `patiently` tries again. */
export function throwIfAway(
  userErrors: readonly { readonly code: string; readonly message: string }[],
): void {
  const away = userErrors.filter(({ code }) => AWAY.has(code));
  if (away.length > 0) {
    throw new GraphQLRequestError(away.map(({ code, message }) => ({ message, extensions: { code } })));
  }
}

function isAway(error: unknown): boolean {
  return error instanceof GraphQLRequestError && error.codes.some((code) => AWAY.has(code));
}
