import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { GraphQLError } from 'graphql';
import { AbortedError } from '../../../kernel/aborted-error.js';
import { closeServer, listen } from '../../../kernel/listen.js';
import type { Log } from '../../../kernel/log.js';
import { NotReadyError } from '../../../kernel/not-ready-error.js';
import { inSpan } from '../../../kernel/tracing/span.js';
import { acceptedQuality } from '../../../protocol/accept-header.js';
import { endOnImmediate } from '../../../protocol/end-on-immediate.js';
import { responseTooLarge } from '../../../protocol/error-bounds.js';
import { formatProblem, isKnownCode } from '../../../protocol/format-errors.js';
import { EVENT_STREAM, sendEvents } from '../../../protocol/server-sent-events.js';
import type { SubgraphRequest, SubgraphResult } from '../../../protocol/wire.js';
import { writeInTurns } from '../../../protocol/write-in-turns.js';
import { FIELDS_PER_TURN } from '../execution/lists-in-turns.js';
import { SubgraphExecutor } from '../execution/subgraph-executor.js';
import type { ExecutionContext, Subgraph } from '../subgraph.js';
import { RejectedRequest, readGraphqlRequest } from './http-request.js';
import { CallAuthenticator, type SubgraphCall, contextOf } from './subgraph-call.js';
import { SubgraphWebSockets } from './subgraph-websockets.js';

export interface ServeSubgraphOptions {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  /** Key with which the gateway signs the actor; see kernel/actor.ts. */
  readonly actorKey: Uint8Array;
  readonly log: Log;
  /** Maximum size of a request body in bytes. Default 8 MiB: a request may have many representations of entities. */
  readonly bodyLimit?: number;
  /**
   * Maximum size of the result of a query or mutation in bytes; above it the response is RESPONSE_TOO_LARGE. Default
   * 8 MiB, twice the gateway's limit of a response.
   */
  readonly responseLimit?: number;
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** A subgraph that is served over HTTP. */
export interface SubgraphServer extends AsyncDisposable {
  /** URL of the GraphQL endpoint, e.g. `http://127.0.0.1:4101/graphql`. */
  readonly url: string;
}

/**
 * Serves a subgraph to gateways: queries and mutations as GraphQL over HTTP, subscriptions over WebSockets
 * (`subgraph-websockets.ts`) or as server-sent events. Responds with 401 to a request without an actor signed with
 * `actorKey`. `GET /healthz` responds with 200; `GET /readyz` with 200 while the subgraph is ready, otherwise with
 * 503 and the reason.
 */
export async function serveSubgraph(
  subgraph: Subgraph,
  options: ServeSubgraphOptions,
): Promise<SubgraphServer> {
  const service = new SubgraphService(subgraph, options);
  const server = createServer(
    { keepAliveTimeout: 65_000 },
    (request, response) => void service.handle(request, response),
  );
  server.on('upgrade', (request, connection, head: Buffer) =>
    service.sockets.upgrade(request, connection, head),
  );
  const base = await listen(server, options.host, options.port);
  return {
    url: `${base}/graphql`,
    async [Symbol.asyncDispose]() {
      service.close();
      await closeServer(server, 10_000);
    },
  };
}

class SubgraphService {
  readonly sockets: SubgraphWebSockets;
  private readonly executor: SubgraphExecutor;
  private readonly closing = new AbortController();
  private readonly calls: CallAuthenticator;
  private readonly bodyLimit: number;

  constructor(
    private readonly subgraph: Subgraph,
    private readonly options: ServeSubgraphOptions,
  ) {
    const { log, actorKey, bodyLimit = 8 * 1024 * 1024 } = options;
    this.bodyLimit = bodyLimit;
    this.executor = new SubgraphExecutor(subgraph, log);
    this.calls = new CallAuthenticator(actorKey);
    this.sockets = new SubgraphWebSockets({
      schema: subgraph.schema,
      executor: this.executor,
      calls: this.calls,
      log,
      messageLimit: bodyLimit,
      closing: this.closing.signal,
    });
  }

  /** Ends every subscription, so that gateways resume elsewhere. */
  close(): void {
    // Close sockets before the abort, which would complete the streams.
    this.sockets.close();
    this.closing.abort();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.url === '/healthz') return void response.writeHead(200).end('ok');
      if (request.url === '/readyz') return await sendReady(response, this.subgraph);
      const call = await this.calls.read(request.headers, abortOnDisconnect(response));
      if (!call) throw new RejectedRequest('UNAUTHENTICATED', 'Only the gateway may ask this subgraph.');
      const parent = { kind: 'server' as const, parent: request.headers };
      await inSpan(
        'POST /graphql',
        () => parent,
        () => this.respond(request, response, call),
      );
    } catch (error) {
      this.fail(error, response);
    }
  }

  private async respond(
    request: IncomingMessage,
    response: ServerResponse,
    call: SubgraphCall,
  ): Promise<void> {
    const operation = await readGraphqlRequest(request, this.bodyLimit);
    if (acceptedQuality(request.headers.accept, EVENT_STREAM) > 0)
      return this.stream(operation, response, call);
    const context = contextOf(call);
    const result = await this.executor.execute(operation, context);
    const body = await this.serialize(result, context);
    endOnImmediate(response, { status: 200, headers: JSON_TYPE, body });
  }

  /** Serializes the result, or the error that it is too large. */
  private async serialize(result: SubgraphResult, { work }: ExecutionContext): Promise<string> {
    const { responseLimit: limit = 8 * 1024 * 1024 } = this.options;
    try {
      if (work && work.total > FIELDS_PER_TURN)
        return await writeInTurns(result, { limit, tooLarge: responseTooLarge }, work);
      const text = JSON.stringify(result);
      if (text.length > limit) throw responseTooLarge(limit);
      return text;
    } catch (error) {
      if (!isKnownError(error)) throw error;
      return JSON.stringify({ data: null, errors: [error.toJSON()] });
    }
  }

  private async stream(
    request: SubgraphRequest,
    response: ServerResponse,
    call: SubgraphCall,
  ): Promise<void> {
    const signal = AbortSignal.any([call.signal, this.closing.signal]);
    const events = await this.executor.subscribe(request, () => contextOf({ ...call, signal }), signal);
    // When this process stops, the stream ends without `complete`, so that the gateway lets its clients resume.
    await sendEvents(response, events, { closing: this.closing.signal });
  }

  private fail(error: unknown, response: ServerResponse): void {
    if (error instanceof AbortedError) return;
    if (error instanceof RejectedRequest) return reject(response, error);
    this.options.log.error({ err: error }, 'a request of the gateway failed');
    reject(response, new RejectedRequest('INTERNAL_SERVER_ERROR', 'Internal error.'));
  }
}

function isKnownError(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && isKnownCode(error.extensions['code']);
}

/** Responds with 200 if the subgraph is ready, otherwise with 503 and the reason. */
async function sendReady(response: ServerResponse, { checkReady }: Subgraph): Promise<void> {
  try {
    await checkReady?.();
    response.writeHead(200).end('ok');
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    response.writeHead(503).end(error.message);
  }
}

function abortOnDisconnect(response: ServerResponse): AbortSignal {
  const disconnected = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) disconnected.abort();
  });
  return disconnected.signal;
}

function reject(response: ServerResponse, { status, code, message }: RejectedRequest): void {
  if (response.headersSent) return void response.destroy();
  const body = JSON.stringify({ errors: [formatProblem({ code, message })] });
  endOnImmediate(response, { status, headers: JSON_TYPE, body });
}
