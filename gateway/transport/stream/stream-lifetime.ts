import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { AuthenticatedClient } from '../../subscriptions/permission-watcher.js';
import type { GatewayCore } from '../core/gateway-core.js';
import { requestError } from '../core/request-error.js';
import { sendError } from '../http/respond.js';
import { destroyAfterTimeout } from '../core/unread-limit.js';

/** Ends a stream over HTTP. */
export interface StreamLifetime {
  /**
   * Called when the stream has to end: with errors, or with undefined when the client should reconnect and
   * resume.
   */
  onEnd: (errors: readonly GraphQLError[] | undefined) => void;
}

/**
 * Counts a stream among the connections of its account and calls `onEnd` when it has to end, until the response
 * closes. Destroys the response after the close timeout when the client does not read. Sends the error itself
 * and returns undefined when the account has too many connections (429) or the gateway drains (503).
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
  const release = core.connections.take(bearer.actor.account);
  if (!release) {
    sendError(response, requestError('LIMIT_EXCEEDED', 'The account has too many connections.'), 429);
    return undefined;
  }
  const lifetime: StreamLifetime = { onEnd: () => undefined };
  const end = (errors: readonly GraphQLError[] | undefined) => {
    lifetime.onEnd(errors);
    // The last message may be queued after unread data, so the client gets the close timeout to read it.
    destroyAfterTimeout(response, core.limits.closeTimeout);
  };
  const drain = () => end(undefined);
  const watches = [
    release,
    watchCredentials(core, bearer, end),
    () => core.draining.removeEventListener('abort', drain),
  ];
  core.draining.addEventListener('abort', drain, { once: true });
  response.once('close', () => {
    for (const stop of watches) stop();
  });
  return lifetime;
}

/**
 * Calls `onEnd` when the client's token expires or its permissions change. Returns a function that stops
 * watching.
 */
function watchCredentials(
  core: GatewayCore,
  bearer: AuthenticatedClient,
  onEnd: (errors: readonly GraphQLError[]) => void,
): () => void {
  const watches = [
    core.tokenExpiries.watch(bearer.actor, () =>
      onEnd([requestError('TOKEN_EXPIRED', 'The token has expired. Get a new one.')]),
    ),
    core.permissions.watch(bearer, () =>
      onEnd([requestError('RIGHTS_CHANGED', 'The permissions of the token have changed. Get a new one.')]),
    ),
  ];
  return () => {
    for (const end of watches) end();
  };
}
