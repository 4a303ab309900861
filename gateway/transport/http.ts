import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { EVENT_STREAM } from '../../kernel/graph/event-stream.js';
import { readBody } from '../../kernel/graph/request-body.js';
import { codeOf } from '../errors/code-of.js';
import type { SubgraphSource } from '../execute/subgraph-source.js';
import type { ApolloContext } from './apollo.js';
import { allowOrigin, answerPreflight } from './cors.js';
import { resolveDocument } from './document-reference.js';
import { answerEventStream } from './event-stream.js';
import type { ClientRequest, GatewayCore } from './gateway-core.js';
import { graphRequest } from './graph-request.js';
import type { GraphiQLPage } from './graphiql.js';
import { answerReady } from './health.js';
import { answerGraphQL } from './http-graphql.js';
import { readingError, requestError } from './request-error.js';
import { send, sendError } from './respond.js';

export interface HttpTransportOptions {
  readonly core: GatewayCore;
  readonly apollo: ApolloServer<ApolloContext>;
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  readonly graphiql: GraphiQLPage | undefined;
  readonly allowedOrigins: readonly string[];
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Everything the gateway answers over HTTP but the upgrade to a WebSocket. */
export class HttpTransport {
  constructor(private readonly options: HttpTransportOptions) {}

  /** Answers a request; never throws. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    try {
      await this.route(request, response, requestId);
    } catch (error) {
      const told = readingError(error, this.options.core.mask, requestId);
      this.options.core.meter.request({ operation: 'none', code: codeOf(told), seconds: 0, cost: 0 });
      sendError(response, told);
    }
  }

  private route(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> | void {
    const { core, sources, graphiql, allowedOrigins } = this.options;
    if (core.draining.aborted) response.setHeader('connection', 'close');
    allowOrigin(request, response, allowedOrigins);
    switch ((request.url ?? '/').split('?', 1)[0]) {
      case '/healthz':
        return send(response, 200, 'text/plain', 'ok');
      case '/readyz':
        return answerReady(response, sources.values(), core.draining.aborted);
      case '/':
        if (graphiql && wantsPage(request)) return graphiql.answer(request, response);
        return this.graphql(request, response, requestId);
      case '/graphql':
        return this.graphql(request, response, requestId);
      default:
        return sendError(response, requestError('BAD_REQUEST', 'GraphQL is at /graphql.'), 404);
    }
  }

  private async graphql(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    if (request.method === 'OPTIONS') return answerPreflight(response);
    const { core, apollo } = this.options;
    const actor = await core.authenticator.authenticate(request.headers.authorization);
    const client: ClientRequest = { actor, requestId, gone: goneSignal(response) };
    const read = { body: await this.body(request), url: request.url ?? '/' };
    const { body, url } = resolveDocument(core.documents, read, request.method);
    if (!wantsEventStream(request)) {
      return answerGraphQL(apollo, request, response, {
        body,
        url,
        context: client,
        rate: () => core.admission.rate(actor.account),
      });
    }
    return answerEventStream(
      core,
      response,
      { ...graphRequest(request.method, { body, url }), method: request.method ?? 'GET' },
      client,
    );
  }

  private async body(request: IncomingMessage): Promise<unknown> {
    if (request.method !== 'POST') return undefined;
    const text = await readBody(request, this.options.core.limits.bodyBytes);
    const json =
      request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
    return json && text !== '' ? (JSON.parse(text) as unknown) : undefined;
  }
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** Aborts when the client leaves before it has its answer. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** A browser, or somebody who takes anything and asks no GraphQL. */
function wantsPage({ method, headers, url = '/' }: IncomingMessage): boolean {
  if (method !== 'GET') return false;
  const accept = headers.accept ?? '*/*';
  return accept.includes('text/html') || (accept.includes('*/*') && !url.includes('?'));
}

function wantsEventStream({ headers }: IncomingMessage): boolean {
  return (headers.accept ?? '').includes(EVENT_STREAM);
}
