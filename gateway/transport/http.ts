import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { readBody } from '../../kernel/graph/request-body.js';
import { codeOf } from '../errors/code-of.js';
import type { SubgraphSource } from '../execute/subgraph-source.js';
import { traceRequest } from '../tracing/trace-request.js';
import type { ApolloContext } from './apollo.js';
import { answerBatch } from './batch.js';
import { allowOrigin, answerPreflight } from './cors.js';
import { refuseForeignPage } from './csrf.js';
import { answerDirect, directRequest } from './direct.js';
import { type ResolvedRequest, resolveDocument } from './document-reference.js';
import { SingleStreams, streamToken } from './event-stream-single.js';
import type { ClientRequest, GatewayCore } from './gateway-core.js';
import { givenRequest } from './graph-request.js';
import type { GraphiQLPage } from './graphiql.js';
import { answerReady } from './health.js';
import { refuseForeignName } from './hosts.js';
import { answerGraphQL } from './http-graphql.js';
import { type StreamRequest, answerStream } from './http-stream.js';
import { takesAnything, takesPages, typeBesideStream, wantedStream } from './media-type.js';
import { readingError, requestError } from './request-error.js';
import { send, sendError } from './respond.js';

export interface HttpTransportOptions {
  readonly core: GatewayCore;
  readonly apollo: ApolloServer<ApolloContext>;
  readonly sources: ReadonlyMap<string, SubgraphSource>;
  readonly graphiql: GraphiQLPage | undefined;
  readonly allowedOrigins: readonly string[];
  /** Names under which the gateway may be asked, besides its addresses; undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Everything the gateway answers over HTTP but the upgrade to a WebSocket. */
export class HttpTransport {
  private readonly reserved: SingleStreams;

  constructor(private readonly options: HttpTransportOptions) {
    this.reserved = new SingleStreams(options.core);
  }

  /** Answers a request; never throws. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    const { log } = this.options.core;
    const answer = () => this.answer(request, response, requestId);
    return traceRequest({ request, response, requestId, log, answer });
  }

  private async answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
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
    refuseForeignName(request, this.options.allowedHosts);
    refuseForeignPage(request, this.options.allowedOrigins);
    const { authorization } = request.headers;
    const actor = await core.authenticator.authenticate(authorization);
    const client: ClientRequest = { actor, requestId, gone: goneSignal(response) };
    if (request.method === 'PUT') return this.reserved.reserve(response, actor);
    if (request.method === 'DELETE') return this.reserved.end(response, request, actor);
    const read = { body: await this.body(request), url: request.url ?? '/' };
    if (Array.isArray(read.body)) return answerBatch(core, response, read.body, client);
    if (await this.streamed(request, response, { client, read })) return;
    const { body, url } = resolveDocument(core.documents, read, request.method);
    const direct = directRequest(request, body);
    if (direct) return answerDirect(core, response, direct, client);
    return answerGraphQL(apollo, request, response, {
      body,
      url,
      context: client,
      rate: () => core.admission.rate(actor.account),
    });
  }

  /** Answers a request that asks for a stream, or is about one; false when it does not. */
  private async streamed(
    request: IncomingMessage,
    response: ServerResponse,
    { client, read }: { readonly client: ClientRequest; readonly read: ResolvedRequest },
  ): Promise<boolean> {
    const { core } = this.options;
    const { method = 'GET' } = request;
    const token = streamToken(request);
    const form = wantedStream(request);
    if (token !== undefined && form === 'event-stream' && method === 'GET') {
      const { authorization } = request.headers;
      this.reserved.open(response, { token, authorization }, client.actor);
      return true;
    }
    if (token !== undefined && form !== 'event-stream' && (method === 'GET' || method === 'POST')) {
      const { authorization } = request.headers;
      const asked = { method, given: givenRequest(method, read), authorization, client };
      await this.reserved.run(response, token, asked);
      return true;
    }
    if (!form) return false;
    const stream = { ...streamRequest(request), form, given: givenRequest(method, read) };
    await answerStream(core, response, stream, client);
    return true;
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
function wantsPage(request: IncomingMessage): boolean {
  const { method, url = '/' } = request;
  return method === 'GET' && (takesPages(request) || (takesAnything(request) && !url.includes('?')));
}

function streamRequest(request: IncomingMessage): Omit<StreamRequest, 'form' | 'given'> {
  const { method = 'GET', headers } = request;
  const lastEventId = headers['last-event-id'];
  return {
    method,
    otherwise: typeBesideStream(request),
    authorization: headers.authorization,
    lastEventId: typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined,
  };
}
