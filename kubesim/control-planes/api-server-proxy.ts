import { once } from 'node:events';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { type Duplex, finished, pipeline } from 'node:stream';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import { ApiError } from '../kubernetes/kinds/status.js';
import type { Pki } from './pki.js';

/** Most listeners of a connection that has switched protocols. */
const MAX_LISTENERS = 20;

/**
 * Headers that describe one connection, and those by which a front proxy names a user. `Authorization` and `Impersonate-` headers stay:
 * the API server checks the token, and whether its user may impersonate.
 */
const DROPPED =
  /^(connection|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|x-remote-.*)$/;

/** Answer to a request to switch protocols before the API server is ready. */
const NOT_READY =
  'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n';

/** A request, and the path at the API server. */
export interface ProxiedRequest {
  readonly path: string;
  readonly request: IncomingMessage;
}

/** Forwards requests to a real API server, which authenticates their tokens itself: the proxy has no rights of its own. */
export class ApiServerProxy implements Disposable {
  private readonly agent: Agent;
  private readonly host: { readonly hostname: string; readonly port: string };
  private readonly open = new Set<ServerResponse | Duplex>();

  constructor(
    server: string,
    { cluster }: Pick<Pki, 'cluster'>,
    private readonly isServing: () => MaybePromise<boolean>,
  ) {
    const { hostname, port } = new URL(server);
    this.host = { hostname, port };
    this.agent = new Agent({ keepAlive: true, ca: cluster.cert });
  }

  /** Resolves at the end of the response. Throws ApiError 503 if the API server does not answer or is not ready. */
  async forward({ path, request }: ProxiedRequest, response: ServerResponse): Promise<void> {
    using _tracked = this.track(response);
    if (!(await this.isServing())) throw unavailable('the API server is not ready');
    const headers = forwardedHeaders(headersOf(request));
    // Without a length the body needs its framing again.
    if (request.headers['transfer-encoding']) headers['transfer-encoding'] = 'chunked';
    const upstream = this.request({ path, request }, headers);
    const ended = new Promise<void>((resolve) => finished(response, () => resolve()));
    void ended.then(() => upstream.destroy());
    pipeline(request, upstream, () => undefined);
    const reply = await responseOf(upstream);
    if (!reply) {
      if (response.destroyed) return;
      throw unavailable('the API server does not answer');
    }
    const replied = withoutConnectionHeaders(reply.headers);
    const { location } = replied;
    // The API server does not know below which path its clients reach it.
    if (location?.startsWith('/'))
      replied.location = `${(request.url ?? '').slice(0, -path.length)}${location}`;
    response.writeHead(reply.statusCode ?? 502, replied);
    // Watches send their first byte when there is an event; the client waits for the header.
    response.flushHeaders();
    pipeline(reply, response, () => undefined);
    await ended;
  }

  /** Forwards a request to switch protocols (exec, attach, port-forward), then the bytes of both directions. */
  forwardUpgrade(call: ProxiedRequest, client: Duplex, head: Buffer): void {
    client.on('error', () => client.destroy());
    void Promise.resolve(this.isServing()).then((isServing) => {
      if (isServing) this.connectUpgrade(call, client, head);
      else client.end(NOT_READY);
    });
  }

  private connectUpgrade({ path, request }: ProxiedRequest, client: Duplex, head: Buffer): void {
    if (client.destroyed) return;
    const tracked = this.track(client);
    const headers = {
      ...forwardedHeaders(headersOf(request)),
      connection: 'Upgrade',
      upgrade: request.headers.upgrade ?? '',
    };
    const upstream = this.request({ path, request }, headers);
    const end = () => {
      tracked[Symbol.dispose]();
      upstream.destroy();
      client.destroy();
    };
    // The pipeline below listens for the end of both directions.
    client.setMaxListeners(MAX_LISTENERS);
    client.once('close', end).on('error', end);
    upstream.once('error', end);
    upstream.once('upgrade', (reply, socket, rest) => {
      client.write(headOf(reply));
      client.write(rest);
      socket.write(head);
      pipeline(client, socket, client, end);
    });
    upstream.once('response', (reply) => {
      // Its end is the end of the connection: the chunks of the response are already joined.
      client.write(headOf(reply, ['connection', 'transfer-encoding'], 'Connection: close\r\n'));
      pipeline(reply, client, end);
    });
    upstream.end();
  }

  /** Ends all requests. */
  closeConnections(): void {
    for (const stream of this.open) stream.destroy();
  }

  [Symbol.dispose](): void {
    this.closeConnections();
    this.agent.destroy();
  }

  private request(
    { path, request: { method = 'GET' } }: ProxiedRequest,
    headers: Record<string, string | string[]>,
  ) {
    const { agent } = this;
    // Not as a URL, which would resolve `..`.
    const sent = httpsRequest({ ...this.host, path, agent, method, headers });
    // After the response, an error also ends the response.
    return sent.on('error', () => undefined);
  }

  private track(stream: ServerResponse | Duplex): Disposable {
    this.open.add(stream);
    return { [Symbol.dispose]: () => void this.open.delete(stream) };
  }
}

function unavailable(message: string): ApiError {
  return new ApiError(503, 'ServiceUnavailable', message, { retryAfterSeconds: 1 });
}

/** The response; undefined if the connection failed. */
async function responseOf(request: ClientRequest): Promise<IncomingMessage | undefined> {
  return once(request, 'response').then(
    ([response]) => response as IncomingMessage,
    () => undefined,
  );
}

/** The headers of a client. Node.js joins repeated ones, but each `Impersonate-Group` is a group. */
function headersOf({ headers, headersDistinct }: IncomingMessage): IncomingHttpHeaders {
  const repeated = Object.entries(headersDistinct).filter(([name]) => name.startsWith('impersonate-'));
  return { ...headers, ...Object.fromEntries(repeated) };
}

/** The headers of a client that the API server receives. */
export function forwardedHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined && !DROPPED.test(entry[0]),
  );
  return Object.fromEntries(kept);
}

/** The status line and headers of a response, for a connection that is not HTTP's any more. */
function headOf(
  { statusCode = 502, statusMessage = '', rawHeaders }: IncomingMessage,
  without: readonly string[] = [],
  added = '',
): string {
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!without.includes(name.toLowerCase())) head += `${name}: ${rawHeaders[at + 1]}\r\n`;
  }
  return `${head}${added}\r\n`;
}

function withoutConnectionHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const {
    connection: _connection,
    'keep-alive': _keepAlive,
    'transfer-encoding': _encoding,
    ...kept
  } = headers;
  return kept;
}
