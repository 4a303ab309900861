import { randomUUID } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { FleetgraphGateway } from '../gateway/apollo/fleetgraph-gateway.js';
import { openAuthenticator } from '../gateway/auth/open-authenticator.js';
import type { Actor } from '../kernel/actor.js';
import { systemClock } from '../kernel/clock.js';
import type { Env } from '../kernel/env.js';
import { createLog } from '../kernel/log.js';
import { ProblemError } from '../kernel/result.js';
import { toGraphQLError } from '../protocol/format-errors.js';
import type { Role } from './role.js';
import { type SupergraphOrigin, supergraphAuth, supergraphManager } from './supergraph-role.js';

/** Apollo Server's context of a request. */
interface ServerContext {
  readonly actor: Actor;
}

/**
 * Apollo Server in front of any graph, with FleetgraphGateway as its gateway: with Apollo Server's own limits, CSRF
 * prevention and landing page, and with its usage reports when APOLLO_KEY and APOLLO_GRAPH_REF are set. Tokens are
 * checked as in `supergraphRole`. Rejects when the settings contradict each other or the supergraph is missing.
 */
export async function apolloServerRole(env: Env, origin: SupergraphOrigin): Promise<Role> {
  await using started = new AsyncDisposableStack();
  const log = createLog(env.LOG_LEVEL, 'gateway');
  const authenticator = await openAuthenticator(
    { auth: supergraphAuth(env), revocationsFile: env.AUTH_REVOCATIONS, clock: systemClock, log },
    started,
  );
  const gateway = new FleetgraphGateway({
    supergraphSdl: await supergraphManager(origin, log),
    actor: (context) => (context as unknown as ServerContext).actor,
    log,
  });
  const server = new ApolloServer<ServerContext>({
    gateway,
    logger: log,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  started.defer(() => server.stop());
  const { url } = await startStandaloneServer(server, {
    listen: { host: env.HOST, port: env.PORT },
    context: async ({ req: { headers } }) => {
      try {
        return { actor: await authenticator.authenticate(headers.authorization, randomUUID()) };
      } catch (error) {
        throw error instanceof ProblemError ? unauthorized(error) : error;
      }
    },
  });
  const running = started.move();
  return { url: url.replace(/\/$/, ''), [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function unauthorized(error: ProblemError) {
  const rejection = toGraphQLError(error);
  Object.assign(rejection.extensions, { http: { status: 401 } });
  return rejection;
}
