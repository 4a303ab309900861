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
  /** Maximum size of a message in bytes. */
  readonly messageLimit: number;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** Milliseconds between pings; a socket without a pong until the next ping is terminated. */
const PING_INTERVAL = 10_000;
/** Milliseconds after which a socket that this side closes is terminated. */
const CLOSE_TIMEOUT = 5_000;

/** graphql-ws reads the operation type from this document; the executor parses the gateway's document. */
const SUBSCRIPTION = parse('subscription { _ }');

/** The state of a socket: its subscriptions, each with the controller that aborts it. */
interface Extra {
  readonly running: Map<string, AbortController>;
}

/** An operation, handed from `onSubscribe` to `subscribe` as the root value. */
interface Operation {
  readonly request: SubgraphRequest;
  readonly call: SubgraphCall;
  readonly headers: CallHeaders;
}

/**
 * Serves subscriptions of gateways over WebSockets (graphql-transport-ws). One socket carries all subscriptions of a
 * gateway, so that an event for many of them is sent in one packet. A gateway authenticates in `connection_init`;
 * each operation has the headers of an HTTP request, including the actor, in its extensions.
 */
export class SubgraphWebSockets {
  private readonly sockets: WebSocketServer;
  private readonly alive = new WeakSet<WebSocket>();
  private readonly pings: NodeJS.Timeout;
  private readonly server = makeServer<Record<string, unknown>, Extra>({
    onConnect: async ({ connectionParams }) =>
      (await this.options.calls.read(connectionParams ?? {}, this.options.closing)) !== undefined,
    onSubscribe: (context, id, payload) => this.admit(context.extra, id, payload),
    subscribe: ({ rootValue }) => this.run(rootValue as Operation),
    // Results are sent unchanged: errors are already formatted.
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

  /** Upgrades an HTTP connection to a WebSocket. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    connection.on('error', () => connection.destroy());
    if (this.options.closing.aborted) return void connection.destroy();
    this.sockets.handleUpgrade(request, connection, head, (socket) => this.open(socket, connection));
  }

  /** Closes every socket without completing its subscriptions, so that gateways resume elsewhere. */
  close(): void {
    clearInterval(this.pings);
    for (const socket of this.sockets.clients) socket.close(1012, 'Service restart');
    setTimeout(() => this.cut(), CLOSE_TIMEOUT).unref();
  }

  private open(socket: WebSocket, connection: Duplex): void {
    const { log } = this.options;
    this.alive.add(socket);
    socket.on('pong', () => this.alive.add(socket));
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
    const closed = new AbortController();
    const signal = AbortSignal.any([closed.signal, this.options.closing]);
    const call = await this.options.calls.read(headers, signal);
    if (!call) return [unauthenticated()];
    running.set(id, closed);
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
      if (!this.alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }
}

/** Resolves when the socket has written the text; the stream is pulled afterwards. */
function send(socket: WebSocket, connection: Duplex, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    corkUntilImmediate(connection);
    // A socket that fails emits `error`.
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
