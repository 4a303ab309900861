import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { closeCodes } from './close-codes.js';
import { isAllowedOrigin } from '../http/cors.js';
import type { GatewayCore } from '../core/gateway-core.js';
import { isAllowedHost } from '../http/hosts.js';
import { type SocketClient, SocketSession } from './socket-session.js';

export interface WebSocketTransportOptions {
  readonly core: GatewayCore;
  readonly allowedOrigins: readonly string[];
  /** Host names accepted besides IP addresses; undefined allows any. */
  readonly allowedHosts: readonly string[] | undefined;
}

/** Milliseconds between pings. A socket that has not sent a pong when the next ping is due is terminated. */
const PING_INTERVAL = 20_000;
const PROTOCOL = 'graphql-transport-ws';

/** GraphQL over WebSockets (graphql-transport-ws). */
export class WebSocketTransport {
  private readonly sockets: WebSocketServer;
  private readonly sessions = new Set<SocketSession>();
  private readonly alive = new WeakSet<WebSocket>();
  private readonly pings: NodeJS.Timeout;

  constructor(private readonly options: WebSocketTransportOptions) {
    const { core } = options;
    this.sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
      // At most one message of a socket per turn of the event loop.
      allowSynchronousEvents: false,
      maxPayload: core.limits.messageBytes,
    });
    this.pings = setInterval(() => this.ping(), PING_INTERVAL);
    this.pings.unref();
    core.draining.addEventListener('abort', () => this.drain(), { once: true });
  }

  /** Upgrades an HTTP connection. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    connection.on('error', () => connection.destroy());
    const rejected = this.rejection(request);
    if (rejected)
      return void connection.end(`HTTP/1.1 ${rejected}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    const { authorization } = request.headers;
    const clientAddress = this.options.core.clientAddresses.of(request);
    this.sockets.handleUpgrade(request, connection, head, (socket) =>
      this.open(socket, connection, { authorization, clientAddress }),
    );
  }

  /** Waits until every socket has closed; terminates the remaining ones after `milliseconds`. */
  async close(milliseconds: number): Promise<void> {
    clearInterval(this.pings);
    const cut = setTimeout(() => this.cut(), milliseconds);
    await Promise.all(
      [...this.sockets.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    clearTimeout(cut);
  }

  private rejection(request: IncomingMessage): string | undefined {
    const { core, allowedOrigins, allowedHosts } = this.options;
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path !== '/graphql' && path !== '/') return '404 Not Found';
    if (core.draining.aborted) return '503 Service Unavailable';
    const allowed = isAllowedHost(request, allowedHosts) && isAllowedOrigin(request, allowedOrigins);
    return allowed ? undefined : '403 Forbidden';
  }

  private open(socket: WebSocket, connection: Duplex, client: SocketClient): void {
    const { core } = this.options;
    this.alive.add(socket);
    core.metrics.sockets(1);
    socket.once('close', () => core.metrics.sockets(-1));
    socket.on('pong', () => this.alive.add(socket));
    socket.on('error', (err) => core.log.debug({ err }, 'a WebSocket failed'));
    const session = new SocketSession(core, socket, connection, client);
    this.sessions.add(session);
    socket.once('close', () => this.sessions.delete(session));
  }

  private ping(): void {
    for (const socket of this.sockets.clients) {
      // A pong of a paused socket may have arrived and has not been read.
      if (socket.isPaused) continue;
      if (!this.alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }

  /** Each client gets its own reconnect delay, so that they do not reconnect at the same time. */
  private drain(): void {
    const { core } = this.options;
    for (const session of this.sessions)
      session.close(closeCodes.serviceRestart, `Service restart; retry in ${core.reconnectDelay()} ms`);
  }

  private cut(): void {
    for (const socket of this.sockets.clients) socket.terminate();
  }
}
