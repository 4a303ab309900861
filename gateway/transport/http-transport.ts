import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '../../kernel/actor.js';
import type { Release } from '../../kernel/fairness/fair-queue.js';
import { AbortedError } from '../../kernel/aborted-error.js';
import { readBody } from '../../protocol/request-body.js';
import { type MaybePromise, mapMaybePromise } from '../../kernel/maybe-promise.js';
import { waitForTurn } from '../../kernel/fairness/work-turns.js';
import { codeOf } from '../errors/error-code.js';
import { type AbortSignalLike, LightAbortController } from '../upstream/call/light-abort-controller.js';
import type { SubgraphSource } from '../upstream/call/subgraph-source.js';
import { traceRequest } from './http/trace-request.js';
import { handleBatch } from './http/batch.js';
import { Connections } from './http/connections.js';
import { allowOrigin, sendPreflight } from './http/cors.js';
import { rejectCrossSiteRequest } from './http/csrf.js';
import { UNAUTHENTICATED } from '../request/admission.js';
import { LARGE_BODY } from '../request/large-bodies.js';
import type { AuthenticatedRequest, GatewayCore } from './core/gateway-core.js';
import { parseGraphQLParams } from '../request/graph-request.js';
import { type GraphiQLPage, isGraphiQLPath } from './http/graphiql.js';
import { sendReadiness } from './http/health.js';
import { rejectUnknownHost } from './http/hosts.js';
import { handleGraphQL } from './http/graphql-over-http.js';
import { handleStream } from './stream/http-stream.js';
import type { StreamRequest } from './stream/stream-request.js';
import { acceptsAnyType, acceptsHtml, nonStreamMediaType, acceptedStreamFormat } from './http/media-type.js';
import { readingError, requestError } from './core/request-error.js';
import { send, sendError } from './http/respond.js';

export interface HttpTransportOptions {
  readonly core: GatewayCore;
  /** The subgraphs of the active supergraph. */
  readonly sources: () => Iterable<SubgraphSource>;
  readonly graphiql: GraphiQLPage | undefined;
  readonly allowedOrigins: readonly string[];
  /** Host names accepted besides IP addresses; undefined allows any. */
  readonly allowedHosts: readonly string[] | undefined;
}

interface StreamedOperation {
  /** Parameters of the GraphQL request. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly client: AuthenticatedRequest;
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Handles all HTTP requests except WebSocket upgrades. */
export class HttpTransport implements Disposable {
  private readonly connections: Connections;

  constructor(private readonly options: HttpTransportOptions) {
    this.connections = new Connections(options.core.limits.unreadTimeout);
  }

  [Symbol.dispose](): void {
    this.connections[Symbol.dispose]();
  }

  /** Handles a request; never throws. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> | void {
    if (!this.connections.begin(response)) return;
    const requestId = requestIdOf(request);
    response.setHeader('x-request-id', requestId);
    // Prevents MIME sniffing by browsers.
    response.setHeader('x-content-type-options', 'nosniff');
    const { log } = this.options.core;
    const handle = () => this.respond(request, response, requestId);
    return traceRequest({ request, response, requestId, log, handle });
  }

  private async respond(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    try {
      await this.route(request, response, requestId);
    } catch (error) {
      // The client disconnected while sending its body: no response can be sent, and logging it would let
      // clients fill the log.
      if (error instanceof AbortedError) return;
      const formatted = readingError(error, this.options.core.mask, requestId);
      this.options.core.metrics.request({ operation: 'none', code: codeOf(formatted), seconds: 0, cost: 0 });
      sendError(response, formatted);
    }
  }

  private route(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> | void {
    const { core, sources, graphiql, allowedOrigins } = this.options;
    if (core.draining.aborted) response.setHeader('connection', 'close');
    allowOrigin(request, response, allowedOrigins);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    switch (path) {
      case '/healthz':
        return send(response, 200, 'text/plain', 'ok');
      case '/readyz':
        return sendReadiness(response, sources(), core.draining.aborted);
      case '/':
        if (graphiql && wantsPage(request)) return graphiql.sendPage(response);
        return this.graphql(request, response, requestId);
      case '/graphql':
        return this.graphql(request, response, requestId);
      default:
        return this.other(request, response, path);
    }
  }

  private async other(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { graphiql } = this.options;
    if (graphiql && request.method === 'GET' && isGraphiQLPath(path)) {
      if (await graphiql.sendFile(request, response, path)) return;
    }
    sendError(response, requestError('BAD_REQUEST', 'GraphQL is at /graphql.'), 404);
  }

  private async graphql(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    if (request.method === 'OPTIONS') return sendPreflight(response);
    rejectUnknownHost(request, this.options.allowedHosts);
    rejectCrossSiteRequest(request, this.options.allowedOrigins);
    const authenticated = this.authenticate(request, response, requestId);
    const actor = authenticated instanceof Promise ? await authenticated : authenticated;
    // A disconnected client would never release its slot.
    if (response.destroyed) return;
    const clientAddress = this.options.core.clientAddresses.of(request);
    const client: AuthenticatedRequest = {
      actor,
      requestId,
      clientAddress,
      signal: disconnectSignal(response),
    };
    // Before the body is read, so that queued requests hold no memory.
    const entered = this.enter(response, client);
    const release = entered instanceof Promise ? await entered : entered;
    if (!release) return;
    // A request holds its slot until the client has read the response.
    response.once('close', release);
    await this.handleMethod(request, response, { ...client, streaming: release });
  }

  /**
   * Authenticates the client. Requests without a valid token are rejected one per turn of the event loop, like
   * those of one account.
   */
  private authenticate(
    { headers: { authorization } }: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): MaybePromise<Actor> {
    const reject = async (error: unknown): Promise<never> => {
      this.connections.markUnauthenticated(response);
      if (response.socket !== null) await waitForTurn(UNAUTHENTICATED);
      throw error;
    };
    try {
      const actor = this.options.core.authenticator.authenticate(authorization, requestId);
      return actor instanceof Promise ? actor.catch(reject) : actor;
    } catch (error) {
      return reject(error);
    }
  }

  /**
   * Acquires a slot for the request. A rejection waits for a turn of the account, so that each turn of the
   * event loop rejects one client, which may then retry. Pipelined requests are rejected immediately: their
   * responses wait for the earlier ones anyway, and their number is bounded.
   */
  private enter(
    response: ServerResponse,
    { actor, signal }: AuthenticatedRequest,
  ): MaybePromise<Release | undefined> {
    try {
      return this.options.core.requests.enter(actor.account, signal);
    } catch (error) {
      if (response.socket === null) throw error;
      return waitForTurn(actor.account).then(() => {
        throw error;
      });
    }
  }

  private handleMethod(
    request: IncomingMessage,
    response: ServerResponse,
    client: AuthenticatedRequest,
  ): Promise<void> | void {
    switch (request.method) {
      case 'GET':
      case 'POST':
        return this.handleOperations(request, response, client);
      default:
        return rejectMethod(response);
    }
  }

  private async handleOperations(
    request: IncomingMessage,
    response: ServerResponse,
    client: AuthenticatedRequest,
  ): Promise<void> {
    const { core } = this.options;
    const { method = 'GET', url = '/' } = request;
    const sent = this.body(request, response, client);
    const body = sent instanceof Promise ? await sent : sent;
    if (Array.isArray(body)) return handleBatch(core, response, body, client);
    const operation = { method, params: parseGraphQLParams(method, body, url), client };
    const { accept } = request.headers;
    const handled =
      this.streamed(request, response, operation) ??
      handleGraphQL(core, response, { ...operation, accept }, client);
    // Returning the promise from an async function would cost two more microtasks.
    if (handled instanceof Promise) await handled;
  }

  /** Handles a request for a stream; returns undefined for other requests. */
  private streamed(
    request: IncomingMessage,
    response: ServerResponse,
    { params, client }: StreamedOperation,
  ): Promise<void> | undefined {
    const format = acceptedStreamFormat(request);
    if (!format) return undefined;
    return handleStream(this.options.core, response, { ...streamRequest(request), format, params }, client);
  }

  private body(
    request: IncomingMessage,
    response: ServerResponse,
    { actor: { account }, signal }: AuthenticatedRequest,
  ): MaybePromise<unknown> {
    if (request.method !== 'POST') return undefined;
    const { admission, largeBodies, limits } = this.options.core;
    const enter = async () => {
      const slot = await largeBodies.enter(account, signal);
      if (!slot) throw new AbortedError();
      request.once('end', slot.complete);
      response.once('close', slot.release);
    };
    return mapMaybePromise(
      readBody(request, limits.bodyBytes, { bytes: LARGE_BODY, enter }),
      (text): unknown => {
        if (!isJson(request) || text === '') return undefined;
        if (text.length < LARGE_BODY) return JSON.parse(text);
        const charged = admission.chargeBody(account, text.length);
        return mapMaybePromise(charged, () => waitForTurn(account).then((): unknown => JSON.parse(text)));
      },
    );
  }
}

function isJson({ headers: { 'content-type': type } }: IncomingMessage): boolean {
  const json = 'application/json';
  return type === json || type?.split(';', 1)[0]?.trim().toLowerCase() === json;
}

function requestIdOf(request: IncomingMessage): string {
  const params = request.headers['x-request-id'];
  return typeof params === 'string' && REQUEST_ID.test(params) ? params : randomUUID();
}

function rejectMethod(response: ServerResponse): void {
  response.setHeader('allow', 'GET, POST');
  sendError(response, requestError('BAD_REQUEST', 'GraphQL needs GET or POST.'), 405);
}

/** Aborts when the client disconnects before it has its response. */
function disconnectSignal(response: ServerResponse): AbortSignalLike {
  const controller = new LightAbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller;
}

/** Whether the client accepts HTML, or accepts any type and sends no query. */
function wantsPage(request: IncomingMessage): boolean {
  const { method, url = '/' } = request;
  return method === 'GET' && (acceptsHtml(request) || (acceptsAnyType(request) && !url.includes('?')));
}

function streamRequest(request: IncomingMessage): Omit<StreamRequest, 'format' | 'params'> {
  const { method = 'GET', headers } = request;
  const lastEventId = headers['last-event-id'];
  return {
    method,
    otherwise: nonStreamMediaType(request),
    authorization: headers.authorization,
    lastEventId: typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined,
  };
}
