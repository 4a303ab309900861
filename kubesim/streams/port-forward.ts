import { Duplex, type Readable, type Writable } from 'node:stream';
import { createWebSocketStream } from 'ws';
import { Channels } from './channels.js';
import { SpdyConnection, type SpdyStream } from './spdy-connection.js';
import {
  acceptSpdy,
  acceptWebSocket,
  isWebSocketRequest,
  offeredProtocols,
  type Upgrade,
  UpgradeError,
} from './upgrade.js';

/** Connects the bytes of a client with a port. Throws an error with the message for the client. */
export type ForwardPort = (port: number, data: Duplex) => void;

/** Name of the pod in messages. */
export interface ForwardedPod {
  readonly name: string;
  readonly uid: string;
}

const SPDY = 'portforward.k8s.io';
const TUNNELED = `SPDY/3.1+${SPDY}`;
const CHANNELS = 'v4.channel.k8s.io';
/** Milliseconds in which a client must open the second stream of a pair, as kubelets have it. */
const CREATION_TIMEOUT_MS = 30_000;

/**
 * Accepts the upgrade of `port-forward`: SPDY, SPDY in a WebSocket, or the channels of a WebSocket for the ports of the query.
 * Throws UpgradeError.
 */
export async function acceptPortForward(
  upgrade: Upgrade,
  query: URLSearchParams,
  target: { readonly pod: ForwardedPod; readonly forward: ForwardPort },
): Promise<void> {
  const { request, socket } = upgrade;
  if (!isWebSocketRequest(request)) {
    acceptSpdy(upgrade, [SPDY]);
    return forwardPairs(socket, target);
  }
  if (offeredProtocols(request).includes(TUNNELED)) {
    const { webSocket } = await acceptWebSocket(upgrade, [TUNNELED]);
    return forwardPairs(createWebSocketStream(webSocket), target);
  }
  const ports = portsOf(query);
  const { webSocket } = await acceptWebSocket(upgrade, [CHANNELS]);
  const channels = new Channels(webSocket);
  ports.forEach((port, index) => {
    const number = Buffer.from([port & 255, port >> 8]);
    const [input, output] = [channels.readable(2 * index), channels.writable(2 * index)];
    const error = channels.writable(2 * index + 1);
    output.write(number);
    error.write(number);
    forward(target, port, { data: joined(input, output), error });
  });
}

/** Serves the pairs of streams, data and error, that a client opens for each connection. */
function forwardPairs(socket: Duplex, target: Parameters<typeof acceptPortForward>[2]): void {
  const waiting = new Map<string, { readonly stream: SpdyStream; readonly timer: NodeJS.Timeout }>();
  const connection = new SpdyConnection(
    socket.on('error', () => undefined),
    (stream) => {
      const type = stream.headers.get('streamtype');
      const port = Number(stream.headers.get('port'));
      if ((type !== 'data' && type !== 'error') || !isPort(port)) return void stream.destroy();
      const id = stream.headers.get('requestid') ?? String(type === 'error' ? stream.id : stream.id - 2);
      const other = waiting.get(id);
      if (!other) {
        const timer = setTimeout(() => stream.destroy(), CREATION_TIMEOUT_MS);
        waiting.set(id, { stream, timer });
        return void stream.once('close', () => {
          clearTimeout(timer);
          if (waiting.get(id)?.stream === stream) waiting.delete(id);
        });
      }
      clearTimeout(other.timer);
      waiting.delete(id);
      const [data, error] = type === 'data' ? [stream, other.stream] : [other.stream, stream];
      error.resume();
      forward(target, port, { data, error });
    },
  );
  void connection.ended.then(() => {
    for (const { timer } of waiting.values()) clearTimeout(timer);
  });
}

function forward(
  { pod, forward: connect }: Parameters<typeof acceptPortForward>[2],
  port: number,
  { data, error }: { readonly data: Duplex; readonly error: Writable },
): void {
  data.on('error', () => undefined).once('close', () => error.end());
  try {
    connect(port, data);
  } catch (problem) {
    const reason = problem instanceof Error ? problem.message : String(problem);
    error.end(`error forwarding port ${port} to pod ${pod.name}, uid ${pod.uid}: ${reason}`, () =>
      data.destroy(),
    );
  }
}

function portsOf(query: URLSearchParams): number[] {
  const texts = query.getAll('port').flatMap((text) => text.split(','));
  if (texts.length === 0) throw new UpgradeError(400, 'query parameter "port" is required');
  return texts.map((text) => {
    const port = Number(text);
    if (!isPort(port)) throw new UpgradeError(400, `unable to parse ${JSON.stringify(text)} as a port`);
    return port;
  });
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536;
}

function joined(readable: Readable, writable: Writable): Duplex {
  return Duplex.from({ readable, writable });
}
