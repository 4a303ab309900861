import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * Connections that the kernel queues before they are accepted. Node.js defaults to 511; the kernel drops further attempts to
 * connect, which clients retry after 1, 3 and 7 seconds. Linux allows net.core.somaxconn, 4,096 by default.
 */
export const LISTEN_BACKLOG = 4096;

/** The open connections of each server. */
const connections = new WeakMap<Server, Set<Socket>>();

/** Listens on host and port (0 takes a free one) and returns the base URL without a trailing slash. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.listen({ port, host, backlog: LISTEN_BACKLOG });
  await once(server, 'listening');
  const { port: actualPort } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${actualPort}`;
}

/** Stops accepting, waits up to `milliseconds` for running requests, then closes the remaining connections. */
export async function closeServer(server: Server, milliseconds: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  // A keep-alive connection becomes idle after the response to its last request.
  const idle = setInterval(() => {
    server.closeIdleConnections();
    // To Node.js a connection on which no request has begun is not idle. Clients open some in advance.
    for (const socket of connections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
  }, 50);
  const cut = setTimeout(() => server.closeAllConnections(), milliseconds);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
