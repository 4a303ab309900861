import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import { handleProtocols } from 'graphql-ws';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { isAllowedOrigin } from './cors.js';
import type { GatewayCore } from './gateway-core.js';
import { createSocketServer } from './socket-server.js';
import { CloseSocket, SocketSession, closeCodes } from './socket-session.js';

export interface WebSocketTransportOptions {
  readonly core: GatewayCore;
  readonly schema: GraphQLSchema;
  readonly allowedOrigins: readonly string[];
}

/** Milliseconds between pings; a socket that has not answered one when the next is due is cut. */
const PING_INTERVAL = 20_000;

/** GraphQL over WebSockets (graphql-transport-ws). */
export class WebSocketTransport {
  private readonly sockets: WebSocketServer;
  private readonly protocol: ReturnType<typeof createSocketServer>;
  private readonly answered = new WeakSet<WebSocket>();
  private readonly pings: NodeJS.Timeout;

  constructor(private readonly options: WebSocketTransportOptions) {
    const { core, schema } = options;
    this.protocol = createSocketServer(core, schema);
    this.sockets = new WebSocketServer({
      noServer: true,
      handleProtocols,
      maxPayload: core.limits.messageBytes,
    });
    this.pings = setInterval(() => this.ping(), PING_INTERVAL);
    this.pings.unref();
    core.draining.addEventListener('abort', () => this.drain(), { once: true });
  }

  /** Turns an HTTP connection into a WebSocket. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    connection.on('error', () => connection.destroy());
    const refused = this.refusal(request);
    if (refused)
      return void connection.end(`HTTP/1.1 ${refused}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    this.sockets.handleUpgrade(request, connection, head, (socket) => this.open(socket, request));
  }

  /** Waits until every socket has closed, then cuts what is left after `milliseconds`. */
  async close(milliseconds: number): Promise<void> {
    clearInterval(this.pings);
    const cut = setTimeout(() => this.cut(), milliseconds);
    await Promise.all(
      [...this.sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    clearTimeout(cut);
  }

  private refusal(request: IncomingMessage): string | undefined {
    const { core, allowedOrigins } = this.options;
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path !== '/graphql' && path !== '/') return '404 Not Found';
    if (core.draining.aborted) return '503 Service Unavailable';
    return isAllowedOrigin(request, allowedOrigins) ? undefined : '403 Forbidden';
  }

  private open(socket: WebSocket, request: IncomingMessage): void {
    const { core } = this.options;
    this.answered.add(socket);
    core.meter.sockets(1);
    socket.once('close', () => core.meter.sockets(-1));
    socket.on('pong', () => this.answered.add(socket));
    socket.on('error', (err) => core.log.debug({ err }, 'a WebSocket failed'));
    const session = new SocketSession(core, socket, request);
    const closed = this.protocol.opened(
      {
        protocol: socket.protocol,
        // Settled when the message has left for the network: the next event is pulled only then.
        send: (text) => send(socket, text),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (handle) => socket.on('message', (data) => void this.receive(socket, data, handle)),
      },
      session,
    );
    socket.once('close', (code, reason) => void closed(code, String(reason)));
  }

  private async receive(
    socket: WebSocket,
    data: RawData,
    handle: (text: string) => Promise<void>,
  ): Promise<void> {
    try {
      await handle(String(data));
    } catch (error) {
      if (error instanceof CloseSocket) return socket.close(error.code, error.message);
      if (isServersMessage(error)) return socket.close(closeCodes.badRequest, 'Invalid message');
      this.options.core.log.error({ err: error }, 'a WebSocket message could not be handled');
      socket.close(4500, 'Internal error');
    }
  }

  private ping(): void {
    for (const socket of this.sockets.clients) {
      if (!this.answered.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }

  private drain(): void {
    for (const socket of this.sockets.clients) socket.close(closeCodes.serviceRestart, 'Service restart');
  }

  private cut(): void {
    for (const socket of this.sockets.clients) socket.terminate();
  }
}

/** graphql-ws throws a plain error when a client sends what only servers say. */
function isServersMessage(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Unexpected message of type ');
}

function send(socket: WebSocket, text: string): Promise<void> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve();
  return new Promise((resolve, reject) => socket.send(text, (error) => (error ? reject(error) : resolve())));
}
