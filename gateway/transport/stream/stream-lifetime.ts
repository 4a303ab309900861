import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { AuthenticatedClient } from '../../subscriptions/permission-watcher.js';
import type { GatewayCore } from '../core/gateway-core.js';
import { requestError } from '../core/request-error.js';
import { sendError } from '../http/respond.js';
import { destroyAfterTimeout } from '../core/unread-limit.js';

/** How long a stream over HTTP may last. */
export interface StreamLifetime {
  /** Called when it has to end: with why, or without errors when its client should come back and go on. */
  onEnd: (errors: readonly GraphQLError[] | undefined) => void;
}

/**
 * Counts a stream among its account's connections and watches what ends it, until the response is closed: soon, when it
 * has to end and its client reads nothing. Answers itself, and undefined, when the account has all the connections it
 * may have (429) and when the gateway drains (503).
 */
export function streamLifetime(
  core: GatewayCore,
  response: ServerResponse,
  bearer: AuthenticatedClient,
): StreamLifetime | undefined {
  if (core.draining.aborted) {
    sendError(response, requestError('SERVICE_UNAVAILABLE', 'The gateway restarts. Subscribe again.'));
    return undefined;
  }
  const giveBack = core.connections.take(bearer.actor.account);
  if (!giveBack) {
    sendError(response, requestError('LIMIT_EXCEEDED', 'The account has too many connections.'), 429);
    return undefined;
  }
  const lifetime: StreamLifetime = { onEnd: () => undefined };
  const end = (errors: readonly GraphQLError[] | undefined) => {
    lifetime.onEnd(errors);
    // It may wait for a network that is behind to tell why, but not for ever.
    destroyAfterTimeout(response, core.limits.closeTimeout);
  };
  const drain = () => end(undefined);
  const watches = [
    giveBack,
    watchCredentials(core, bearer, end),
    () => core.draining.removeEventListener('abort', drain),
  ];
  core.draining.addEventListener('abort', drain, { once: true });
  response.once('close', () => {
    for (const stop of watches) stop();
  });
  return lifetime;
}

/** Calls `onEnd` with why when what somebody may do ends or changes; answers how to stop watching. */
export function watchCredentials(
  core: GatewayCore,
  bearer: AuthenticatedClient,
  onEnd: (errors: readonly GraphQLError[]) => void,
): () => void {
  const watches = [
    core.expiries.watch(bearer.actor, () =>
      onEnd([requestError('TOKEN_EXPIRED', 'The token has expired. Get a new one.')]),
    ),
    core.rights.watch(bearer, () =>
      onEnd([requestError('RIGHTS_CHANGED', 'The permissions of the token have changed. Get a new one.')]),
    ),
  ];
  return () => {
    for (const end of watches) end();
  };
}
