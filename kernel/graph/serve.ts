import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type Request, createHandler } from 'graphql-http';
import { LRUCache } from 'lru-cache';
import { ACTOR_HEADER, type Actor, verifyActor } from '../actor.js';
import type { ErrorCode } from '../errors.js';
import { Loaders } from '../loader.js';
import type { Log } from '../log.js';
import { Refused } from '../result.js';
import type { RequestContext, Subgraph } from '../subgraph.js';
import { inSpan } from '../tracing/span.js';
import { acceptedQuality } from './accept.js';
import { EVENT_STREAM, sendEvents } from './event-stream.js';
import { closeServer, listen } from './listen.js';
import { problemError } from './refusal.js';
import { readBody } from './request-body.js';
import { SubgraphExecutor } from './subgraph-executor.js';
import { AT_LEAST_HEADER, REQUEST_ID_HEADER, type SubgraphRequest } from './wire.js';

export interface ServeSubgraphOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Key with which the gateway signs the actor; see kernel/actor.ts. */
  readonly actorKey: Uint8Array;
  readonly log: Log;
  /** Largest request body in bytes. Default 8 MiB: representations of entities can be many. */
  readonly bodyLimit?: number;
}

/** A subgraph that answers over HTTP. */
export interface ServedSubgraph extends AsyncDisposable {
  /** Where GraphQL is answered, e.g. `http://127.0.0.1:4101/graphql`. */
  readonly url: string;
}

/** The waiting client's request and the abort signal of its departure. */
interface Call {
  readonly actor: Actor;
  readonly requestId: string;
  readonly signal: AbortSignal;
  readonly atLeast: string | undefined;
}

/**
 * Serves a subgraph to gateways: queries and mutations as GraphQL over HTTP, subscriptions as server-sent events.
 * Answers 401 to anyone who does not bring an actor signed with `actorKey`. `GET /healthz` answers 200.
 */
export async function serveSubgraph(
  subgraph: Subgraph,
  options: ServeSubgraphOptions,
): Promise<ServedSubgraph> {
  const service = new SubgraphService(subgraph, options);
  const server = createServer(
    { keepAliveTimeout: 65_000 },
    (request, response) => void service.handle(request, response),
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
  private readonly executor: SubgraphExecutor;
  private readonly closing = new AbortController();
  private readonly actors = new LRUCache<string, Actor>({ max: 10_000, ttl: 30_000 });
  private readonly handler = createHandler<undefined, Call>({
    // graphql-http reads the request; the answer is ours, because its errors are formatted already.
    onSubscribe: async (request, params) => [
      JSON.stringify(await this.executor.execute(params, contextOf(request.context))),
      { status: 200, statusText: 'OK', headers: { 'content-type': 'application/json; charset=utf-8' } },
    ],
  });

  constructor(
    subgraph: Subgraph,
    private readonly options: ServeSubgraphOptions,
  ) {
    this.executor = new SubgraphExecutor(subgraph, options.log);
  }

  /** Ends every subscription, so that gateways resume elsewhere. */
  close(): void {
    this.closing.abort();
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.url === '/healthz') return void response.writeHead(200).end('ok');
      const actor = await this.actor(String(request.headers[ACTOR_HEADER] ?? ''));
      if (!actor)
        return sendProblem(response, 401, 'UNAUTHENTICATED', 'Only the gateway may ask this subgraph.');
      const parent = { kind: 'server' as const, parent: request.headers };
      await inSpan(
        'POST /graphql',
        () => parent,
        () => this.answer(request, response, callOf(actor, request, response)),
      );
    } catch (error) {
      this.fail(error, response);
    }
  }

  /** Gateways use a signature for a minute; it is checked once in half of that. */
  private async actor(signature: string): Promise<Actor | undefined> {
    const known = this.actors.get(signature);
    if (known) return known;
    const actor = await verifyActor(signature, this.options.actorKey);
    if (actor) this.actors.set(signature, actor);
    return actor;
  }

  private async answer(request: IncomingMessage, response: ServerResponse, call: Call): Promise<void> {
    const body = await readBody(request, this.options.bodyLimit ?? 8 * 1024 * 1024);
    if (acceptedQuality(request.headers.accept, EVENT_STREAM) > 0)
      return this.stream(JSON.parse(body) as SubgraphRequest, response, call);
    const [text, init] = await this.handler(httpRequest(request, body, call));
    response.writeHead(init.status, init.headers).end(text);
  }

  private async stream(request: SubgraphRequest, response: ServerResponse, call: Call): Promise<void> {
    const signal = AbortSignal.any([call.signal, this.closing.signal]);
    const events = await this.executor.subscribe(request, () => contextOf({ ...call, signal }), signal);
    // A stream that ends because this process stops is cut, not completed: the gateway tells its clients to resume.
    await sendEvents(response, events, { cut: this.closing.signal });
  }

  private fail(error: unknown, response: ServerResponse): void {
    if (error instanceof Refused) {
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

function callOf(actor: Actor, request: IncomingMessage, response: ServerResponse): Call {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return {
    actor,
    requestId: String(request.headers[REQUEST_ID_HEADER] ?? randomUUID()),
    atLeast: headerText(request.headers[AT_LEAST_HEADER]),
    signal: gone.signal,
  };
}

function contextOf({ actor, requestId, signal, atLeast }: Call): RequestContext {
  return { actor, requestId, signal, atLeast, loaders: new Loaders() };
}

function headerText(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function httpRequest(request: IncomingMessage, body: string, context: Call): Request<undefined, Call> {
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
  const body = JSON.stringify({ errors: [problemError({ code, message })] });
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
}
