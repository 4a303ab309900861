import { PassThrough, type Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Channels } from './channels.js';
import { SpdyConnection, type SpdyStream } from './spdy-connection.js';
import { acceptSpdy, acceptWebSocket, isWebSocketRequest, type Upgrade } from './upgrade.js';

/** The streams that a client asks for. */
export interface RemoteCommandOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The streams of `exec` and `attach`; those that the client did not ask for drop what is written. */
export interface RemoteCommand {
  /** Ends when the client closes it or disconnects; undefined if the client did not ask for it. */
  readonly stdin: Readable | undefined;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Aborts when the client disconnects. */
  readonly disconnected: AbortSignal;
  /** Sends the outcome, a `Status`, after all output, and ends the connection. */
  end(status: object): Promise<void>;
}

const PROTOCOLS = { webSocket: ['v5.channel.k8s.io', 'v4.channel.k8s.io'], spdy: ['v4.channel.k8s.io'] };
/** Numbers of the channels of a WebSocket. */
const [STDIN, STDOUT, STDERR, ERROR, RESIZE] = [0, 1, 2, 3, 4] as const;
/** Milliseconds in which a client of SPDY must open its streams, as kubelets have it. */
const CREATION_TIMEOUT_MS = 30_000;

/** Accepts the upgrade of `exec` or `attach`; undefined if the client does not open its streams. Throws UpgradeError. */
export function acceptRemoteCommand(
  upgrade: Upgrade,
  options: RemoteCommandOptions,
): Promise<RemoteCommand | undefined> {
  return isWebSocketRequest(upgrade.request) ? overWebSocket(upgrade, options) : overSpdy(upgrade, options);
}

async function overWebSocket(upgrade: Upgrade, options: RemoteCommandOptions): Promise<RemoteCommand> {
  const { webSocket } = await acceptWebSocket(upgrade, PROTOCOLS.webSocket);
  const channels = new Channels(webSocket);
  const disconnected = new AbortController();
  webSocket.once('close', () => disconnected.abort());
  if (options.tty) channels.readable(RESIZE).resume();
  const error = channels.writable(ERROR);
  channels.open(options.stdout ? STDOUT : options.stderr ? STDERR : ERROR);
  const outputs = {
    stdout: options.stdout ? channels.writable(STDOUT) : dropped(),
    stderr: options.stderr ? channels.writable(STDERR) : dropped(),
  };
  return {
    stdin: options.stdin ? channels.readable(STDIN) : undefined,
    ...outputs,
    disconnected: disconnected.signal,
    async end(status) {
      await endAll([outputs.stdout, outputs.stderr], disconnected.signal);
      error.end(JSON.stringify(status));
      await endAll([error], disconnected.signal);
      webSocket.close(1000);
    },
  };
}

async function overSpdy(upgrade: Upgrade, options: RemoteCommandOptions): Promise<RemoteCommand | undefined> {
  acceptSpdy(upgrade, PROTOCOLS.spdy);
  const expected = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => options[name])];
  if (options.tty) expected.push('resize');
  const streams = new Map<string, SpdyStream>();
  const disconnected = new AbortController();
  const complete = Promise.withResolvers<boolean>();
  const connection = new SpdyConnection(upgrade.socket, (stream) => {
    const type = stream.headers.get('streamtype') ?? '';
    if (!expected.includes(type) || streams.has(type)) return void stream.destroy();
    streams.set(type, stream);
    if (streams.size === expected.length) complete.resolve(true);
  });
  void connection.ended.then(() => {
    complete.resolve(false);
    disconnected.abort();
  });
  const timer = setTimeout(() => complete.resolve(false), CREATION_TIMEOUT_MS);
  const isComplete = await complete.promise;
  clearTimeout(timer);
  if (!isComplete) return void connection.close();
  streams.get('resize')?.resume();
  streams.get('error')?.resume();
  const outputs = {
    stdout: streams.get('stdout')?.resume() ?? dropped(),
    stderr: streams.get('stderr')?.resume() ?? dropped(),
  };
  return {
    stdin: streams.get('stdin'),
    ...outputs,
    disconnected: disconnected.signal,
    async end(status) {
      await endAll([outputs.stdout, outputs.stderr], disconnected.signal);
      const error = streams.get('error');
      error?.end(JSON.stringify(status));
      await endAll(error ? [error] : [], disconnected.signal);
      connection.close();
    },
  };
}

function dropped(): Writable {
  return new PassThrough().resume();
}

/** Ends the streams; resolves when the connection has taken everything, or has ended. */
async function endAll(streams: readonly Writable[], disconnected: AbortSignal): Promise<void> {
  const ended = streams.map(async (stream) => {
    if (!stream.writableEnded) stream.end();
    await finished(stream, { readable: false, signal: disconnected }).catch(() => undefined);
  });
  await Promise.all(ended);
}
