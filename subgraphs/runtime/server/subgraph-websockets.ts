import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionResult, GraphQLError, type GraphQLSchema, parse } from 'graphql';
import {
  CloseCode,
  type FormattedExecutionResult,
  type OperationResult,
  type SubscribePayload,
  handleProtocols,
  makeServer,
} from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { isRecord } from '../../../kernel/is-record.js';
import type { Log } from '../../../kernel/log.js';
import { inSpan } from '../../../kernel/tracing/span.js';
import { corkUntilImmediate } from '../../../protocol/cork-until-immediate.js';
import { formatInternalError } from '../../../protocol/format-errors.js';
import { type CallHeaders, type CallAuthenticator, type SubgraphCall, contextOf } from './subgraph-call.js';
import type { SubgraphExecutor } from '../execution/subgraph-executor.js';
import type { SubgraphRequest, SubgraphResult } from '../../../protocol/wire.js';

export interface SubgraphWebSocketsOptions {
  readonly schema: GraphQLSchema;
  readonly executor: SubgraphExecutor;
  readonly calls: CallAuthenticator;
  readonly log: Log;
  /** Largest message in bytes. */
  readonly messageLimit: number;
  /** Aborts when no more is to be told. */
  readonly closing: AbortSignal;
}

/** Milliseconds between pings; a gateway that has not answered one when the next is due is cut. */
const PING_INTERVAL = 10_000;
/** Milliseconds that a gateway has to close a socket that this side closes. */
const CLOSE_TIMEOUT = 5_000;

/** What the library looks at to know what kind of operation it is; what was asked is the executor's to parse or refuse. */
const SUBSCRIPTION = parse('subscription { _ }');

/** What belongs to one socket: the subscriptions that it carries, each with the signal of its end. */
interface Extra {
  readonly running: Map<string, AbortController>;
}

/** What is handed from reading an operation to running it, where others have a schema's root. */
interface Operation {
  readonly request: SubgraphRequest;
  readonly call: SubgraphCall;
  readonly headers: CallHeaders;
}

/**
 * Subscriptions of gateways over WebSockets (graphql-transport-ws): one socket carries all that a gateway has open, so
 * that an event for many of them is one piece on the network. A gateway proves itself in `connection_init`; each
 * operation brings the headers that a request of its own would have, among them for whom it is, in its extensions.
 */
export class SubgraphWebSockets {
  private readonly sockets: WebSocketServer;
  private readonly answered = new WeakSet<WebSocket>();
  private readonly pings: NodeJS.Timeout;
  private readonly server = makeServer<Record<string, unknown>, Extra>({
    onConnect: async ({ connectionParams }) =>
      (await this.options.calls.read(connectionParams ?? {}, this.options.closing)) !== undefined,
    onSubscribe: (context, id, payload) => this.admit(context.extra, id, payload),
    subscribe: ({ rootValue }) => this.run(rootValue as Operation),
    // They are written as they come: errors are formatted already.
    onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
    onComplete: ({ extra }, id) => end(extra, id),
  });

  constructor(private readonly options: SubgraphWebSocketsOptions) {
    this.sockets = new WebSocketServer({
      noServer: true,
      handleProtocols,
      maxPayload: options.messageLimit,
    });
    this.pings = setInterval(() => this.ping(), PING_INTERVAL);
    this.pings.unref();
  }

  /** Turns an HTTP connection into a WebSocket. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    connection.on('error', () => connection.destroy());
    if (this.options.closing.aborted) return void connection.destroy();
    this.sockets.handleUpgrade(request, connection, head, (socket) => this.open(socket, connection));
  }

  /** Closes every socket without completing what it carries: gateways resume elsewhere. */
  close(): void {
    clearInterval(this.pings);
    for (const socket of this.sockets.clients) socket.close(1012, 'Service restart');
    setTimeout(() => this.cut(), CLOSE_TIMEOUT).unref();
  }

  private open(socket: WebSocket, connection: Duplex): void {
    const { log } = this.options;
    this.answered.add(socket);
    socket.on('pong', () => this.answered.add(socket));
    socket.on('error', (err) => log.debug({ err }, 'a WebSocket of a gateway failed'));
    const closed = this.server.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, connection, text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (data) => {
            take(String(data as Buffer)).catch((err: unknown) => this.fail(socket, err));
          }),
      },
      { running: new Map() },
    );
    socket.once('close', (code, reason) => void closed(code, String(reason)));
  }

  private fail(socket: WebSocket, err: unknown): void {
    this.options.log.error({ err }, 'a WebSocket message of a gateway could not be handled');
    socket.close(CloseCode.InternalServerError, 'Internal error');
  }

  private async admit({ running }: Extra, id: string, payload: SubscribePayload) {
    const headers = headersIn(payload);
    const gone = new AbortController();
    const signal = AbortSignal.any([gone.signal, this.options.closing]);
    const call = await this.options.calls.read(headers, signal);
    if (!call) return [unauthenticated()];
    running.set(id, gone);
    const { query, operationName, variables } = payload;
    const operation: Operation = { request: { query, operationName, variables }, call, headers };
    return { schema: this.options.schema, document: SUBSCRIPTION, rootValue: operation };
  }

  private async run({ request, call, headers }: Operation): Promise<Awaited<OperationResult>> {
    const { executor, log } = this.options;
    const parent = { kind: 'server' as const, parent: headers };
    try {
      return await inSpan(
        'subscribe',
        () => parent,
        async () =>
          (await executor.subscribe(request, () => contextOf(call), call.signal)) as AsyncGenerator<never>,
      );
    } catch (err) {
      log.error({ err, requestId: call.requestId }, 'a subscription could not be opened');
      const failure: SubgraphResult = { errors: [formatInternalError()] };
      return failure as ExecutionResult;
    }
  }

  private cut(): void {
    for (const socket of this.sockets.clients) socket.terminate();
  }

  private ping(): void {
    for (const socket of this.sockets.clients) {
      if (!this.answered.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}

/** Resolves when the network has taken it: a stream is not pulled before. */
function send(socket: WebSocket, connection: Duplex, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    corkUntilImmediate(connection);
    // A socket that fails says so itself.
    socket.send(text, () => resolve());
  });
}

function end({ running }: Extra, id: string): void {
  running.get(id)?.abort();
  running.delete(id);
}

function headersIn({ extensions }: SubscribePayload): CallHeaders {
  const headers = extensions?.['headers'];
  return isRecord(headers) ? headers : {};
}

function unauthenticated(): GraphQLError {
  return new GraphQLError('Only the gateway may ask this subgraph.', {
    extensions: { code: 'UNAUTHENTICATED' },
  });
}
