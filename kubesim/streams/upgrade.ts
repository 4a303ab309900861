import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** A request to switch protocols, and its connection. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client has sent after the request. */
  readonly head: Buffer;
}

/** A connection cannot be upgraded; the code and the message are those of the HTTP response. */
export class UpgradeError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Longest message of a WebSocket in bytes. Clients of Kubernetes send up to 32 KiB; an API server takes 32 MiB. */
const MAX_MESSAGE = 4 * 1024 * 1024;

const webSockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: MAX_MESSAGE,
});

/** The negotiated protocol of a request. `ws` takes no name with a slash, as those of tunnels have. */
const negotiated = new WeakMap<IncomingMessage, string>();

webSockets.on('headers', (headers, request) => {
  const protocol = negotiated.get(request);
  if (protocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
});

/** Whether the client asks for a WebSocket; the other protocol of Kubernetes is SPDY. */
export function isWebSocketRequest({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** The subprotocols of a WebSocket that the client offers. */
export function offeredProtocols({ headers }: IncomingMessage): string[] {
  return listOf(headers['sec-websocket-protocol']);
}

function listOf(header: string | readonly string[] | undefined): string[] {
  return (Array.isArray(header) ? header : [header])
    .flatMap((value: string | undefined) => value?.split(',') ?? [])
    .map((value) => value.trim())
    .filter(Boolean);
}

/** Accepts a WebSocket with one of the subprotocols that the client offers; undefined if it offers none. Throws UpgradeError. */
export async function acceptWebSocket(
  { request, socket, head }: Upgrade,
  protocols: readonly string[],
): Promise<{ readonly webSocket: WebSocket; readonly protocol: string | undefined }> {
  const offered = offeredProtocols(request);
  const protocol = offered.find((name) => protocols.includes(name));
  if (offered.length > 0 && protocol === undefined)
    throw new UpgradeError(
      403,
      `unable to negotiate protocol: client supports ${goList(offered)}, server accepts ${goList(protocols)}`,
    );
  if (protocol !== undefined) negotiated.set(request, protocol);
  delete request.headers['sec-websocket-protocol'];
  const webSocket = await new Promise<WebSocket>((resolve, reject) => {
    // It answers a malformed request itself.
    socket.once('close', () => reject(new UpgradeError(400, 'the client has disconnected')));
    webSockets.handleUpgrade(request, socket, head, resolve);
  });
  webSocket.on('error', () => webSocket.terminate());
  return { webSocket, protocol };
}

/** Accepts SPDY with one of the protocols that the client offers. Throws UpgradeError. */
export function acceptSpdy({ request, socket, head }: Upgrade, protocols: readonly string[]): void {
  const { headers } = request;
  if (headers.upgrade?.toLowerCase() !== 'spdy/3.1')
    throw new UpgradeError(400, `unable to upgrade: missing upgrade headers in request: ${goMap(headers)}`);
  const offered = listOf(headers['x-stream-protocol-version']);
  const protocol = offered.find((name) => protocols.includes(name));
  if (protocol === undefined)
    throw new UpgradeError(
      403,
      `unable to upgrade: unable to negotiate protocol: client supports ${goList(offered)}, server accepts ${goList(protocols)}`,
    );
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
}

/** A list as the Go programs of Kubernetes print it. */
function goList(values: readonly string[]): string {
  return `[${values.join(' ')}]`;
}

function goMap(headers: IncomingMessage['headers']): string {
  return `map[${Object.keys(headers).sort().join(' ')}]`;
}

/** Sends the error as the response of a request that was not upgraded. */
export function rejectUpgrade(socket: Duplex, code: number, body: string, type = 'text/plain'): void {
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${code} Rejected\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
  );
}
