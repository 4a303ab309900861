import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { GraphQLError } from 'graphql';
import { type Request, createHandler } from 'graphql-http';
import type { ErrorCode } from '../../../kernel/errors.js';
import { NotReadyError } from '../../../kernel/not-ready-error.js';
import type { Log } from '../../../kernel/log.js';
import { ProblemError } from '../../../kernel/result.js';
import type { RequestContext, Subgraph } from '../subgraph.js';
import { inSpan } from '../../../kernel/tracing/span.js';
import { acceptedQuality } from '../../../protocol/accept-header.js';
import { endOnImmediate } from '../../../protocol/end-on-immediate.js';
import { EVENT_STREAM, sendEvents } from '../../../protocol/server-sent-events.js';
import { responseTooLarge } from '../../../protocol/error-bounds.js';
import { closeServer, listen } from '../../../kernel/listen.js';
import { FIELDS_PER_TURN } from '../execution/lists-in-turns.js';
import { isKnownCode, formatProblem } from '../../../protocol/format-errors.js';
import { AbortedError } from '../../../kernel/aborted-error.js';
import { readBody } from '../../../protocol/request-body.js';
import { CallAuthenticator, type SubgraphCall, contextOf } from './subgraph-call.js';
import { SubgraphExecutor } from '../execution/subgraph-executor.js';
import { SubgraphWebSockets } from './subgraph-websockets.js';
import type { SubgraphRequest } from '../../../protocol/wire.js';
import { writeInTurns } from '../../../protocol/write-in-turns.js';

export interface ServeSubgraphOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Key with which the gateway signs the actor; see kernel/actor.ts. */
  readonly actorKey: Uint8Array;
  readonly log: Log;
  /** Largest request body in bytes. Default 8 MiB: representations of entities can be many. */
  readonly bodyLimit?: number;
  /** Largest answer to a query or mutation in bytes; RESPONSE_TOO_LARGE beyond. Default 8 MiB, twice what a client may get. */
  readonly answerLimit?: number;
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** A subgraph that answers over HTTP. */
export interface SubgraphServer extends AsyncDisposable {
  /** Where GraphQL is answered, e.g. `http://127.0.0.1:4101/graphql`. */
  readonly url: string;
}

/**
 * Serves a subgraph to gateways: queries and mutations as GraphQL over HTTP, subscriptions over WebSockets
 * (`subgraph-sockets.ts`) or as server-sent events. Answers 401 to anyone who does not bring an actor signed with `actorKey`. `GET /healthz` answers 200,
 * `GET /readyz` 200 while the subgraph can do its work and 503 with the reason while it cannot.
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
  private readonly handler = createHandler<undefined, SubgraphCall>({
    // graphql-http reads the request; the answer is ours, because its errors are formatted already.
    onSubscribe: async (request, params) => [
      await this.executed(params, contextOf(request.context)),
      { status: 200, statusText: 'OK', headers: JSON_TYPE },
    ],
  });

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
    // First: what is ended by the signal would be told as completed.
    this.sockets.close();
    this.closing.abort();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.url === '/healthz') return void response.writeHead(200).end('ok');
      if (request.url === '/readyz') return await sendReady(response, this.subgraph);
      const call = await this.calls.read(request.headers, departure(response));
      if (!call)
        return sendProblem(response, 401, 'UNAUTHENTICATED', 'Only the gateway may ask this subgraph.');
      const parent = { kind: 'server' as const, parent: request.headers };
      await inSpan(
        'POST /graphql',
        () => parent,
        () => this.answer(request, response, call),
      );
    } catch (error) {
      this.fail(error, response);
    }
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    call: SubgraphCall,
  ): Promise<void> {
    const body = await readBody(request, this.bodyLimit);
    if (acceptedQuality(request.headers.accept, EVENT_STREAM) > 0)
      return this.stream(JSON.parse(body) as SubgraphRequest, response, call);
    const [text, { status, headers }] = await this.handler(httpRequest(request, body, call));
    endOnImmediate(response, { status, headers: headers ?? {}, body: text ?? '' });
  }

  /** JSON of what is answered, or that it is too large. */
  private async executed(request: SubgraphRequest, context: RequestContext): Promise<string> {
    const result = await this.executor.execute(request, context);
    const { answerLimit: limit = 8 * 1024 * 1024 } = this.options;
    const { work } = context;
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
    // A stream that ends because this process stops is cut, not completed: the gateway tells its clients to resume.
    await sendEvents(response, events, { closing: this.closing.signal });
  }

  private fail(error: unknown, response: ServerResponse): void {
    if (error instanceof AbortedError) return;
    if (error instanceof ProblemError) {
      const problem = error.problems[0];
      return sendProblem(response, 413, problem?.code ?? 'LIMIT_EXCEEDED', problem?.message ?? error.message);
    }
    if (error instanceof SyntaxError)
      return sendProblem(response, 400, 'BAD_REQUEST', 'The body is not JSON.');
    this.options.log.error({ err: error }, 'a request of the gateway failed');
    if (!response.headersSent) return sendProblem(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal error.');
    response.destroy();
  }
}

function isKnownError(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && isKnownCode(error.extensions['code']);
}

/** 200 when the subgraph can do its work, else 503 and why not. */
async function sendReady(response: ServerResponse, { checkReady: ready }: Subgraph): Promise<void> {
  try {
    await ready?.();
    response.writeHead(200).end('ok');
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    response.writeHead(503).end(error.message);
  }
}

function departure(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

function httpRequest(
  request: IncomingMessage,
  body: string,
  context: SubgraphCall,
): Request<undefined, SubgraphCall> {
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: request.headers,
    body,
    raw: undefined,
    context,
  };
}

function sendProblem(response: ServerResponse, status: number, code: ErrorCode, message: string): void {
  if (response.headersSent) return void response.destroy();
  const body = JSON.stringify({ errors: [formatProblem({ code, message })] });
  endOnImmediate(response, { status, headers: JSON_TYPE, body });
}
