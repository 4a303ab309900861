import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';
import { text } from 'node:stream/consumers';
import pLimit from 'p-limit';
import type { Pki } from './pki.js';

/** A response of an API server. */
export interface ApiResponse<T> {
  readonly status: number;
  readonly body: T;
}

/** A call of an API server. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Media type of the body. Default `application/json`. */
  readonly type?: string;
}

export const MERGE_PATCH = 'application/merge-patch+json';
/** Milliseconds that the API server may take for a response, and for each part of it. */
const TIMEOUT_MS = 10_000;
/** Concurrent calls; further ones wait. */
const MAX_CONCURRENT = 16;
/** Bytes of responses that may be under way, of one request and of all. By default 64 KiB: a page of pods has megabytes. */
const WINDOW = 2 ** 20;
/** MB that bodies of requests and responses may take; further requests are rejected. An object has 1.5 MB at most. */
const MAX_BODIES_MB = 64;

/** A write that an API server has answered. */
export interface WriteResult {
  readonly status: number;
  /** The response of a write that it has rejected. */
  readonly rejection?: string;
}

/** A response, and its text if that has been read. */
interface TextResponse {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/**
 * Calls the API server of a real control plane as a member of `system:masters`. All requests share one connection of HTTP/2, as those of
 * Kubernetes' own clients do: requests of one turn are written together.
 */
export class ClusterClient implements Disposable {
  private readonly limit = pLimit(MAX_CONCURRENT);
  private readonly options: SecureClientSessionOptions;
  private session: ClientHttp2Session | undefined;
  private isClosed = false;

  constructor(
    private readonly server: string,
    { cluster, admin }: Pick<Pki, 'cluster' | 'admin'>,
  ) {
    this.options = {
      ...{ ca: cluster.cert, key: admin.key, cert: admin.cert },
      ...{ settings: { enablePush: false, initialWindowSize: WINDOW }, maxSessionMemory: MAX_BODIES_MB },
    };
  }

  /** Rejects if the API server cannot be reached; a rejected call is a response with its status. */
  async call<T>(call: ApiCall): Promise<ApiResponse<T>> {
    const { status, contentType, text } = await this.limit(() => this.exchange(call, () => true));
    return { status, body: (contentType.startsWith('application/json') ? JSON.parse(text) : text) as T };
  }

  /** Sends a write without reading the object that the API server returns. Rejects as `call` does. */
  async write(call: ApiCall): Promise<WriteResult> {
    const isRejected = (status: number) => status >= 300;
    const { status, text } = await this.limit(() => this.exchange(call, isRejected));
    return isRejected(status) ? { status, rejection: text } : { status };
  }

  /** Whether the server answers 200 to a health check, by default whether an API server is ready for requests. */
  async isReady(path = '/readyz'): Promise<boolean> {
    return this.exchange({ method: 'GET', path }, () => false).then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** The events of a watch, until it ends. Rejects if the API server cannot be reached or rejects the watch. */
  async *watch<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
    const stream = this.request({ ':method': 'GET', ':path': path }, signal);
    const status = await statusOf(stream);
    if (status !== 200) throw new Error(`the API server returned ${status}: ${await text(stream)}`);
    // There may be no event for hours.
    stream.setTimeout(0);
    let rest = '';
    for await (const chunk of stream.setEncoding('utf8') as AsyncIterable<string>) {
      const end = chunk.lastIndexOf('\n');
      if (end < 0) {
        rest += chunk;
        continue;
      }
      const lines = `${rest}${chunk.slice(0, end)}`.split('\n');
      rest = chunk.slice(end + 1);
      for (const line of lines) yield JSON.parse(line) as T;
    }
  }

  [Symbol.dispose](): void {
    this.isClosed = true;
    this.session?.destroy();
  }

  /** Sends a call and reads the response: its text if `isRead` is true of its status. */
  private exchange(
    { method, path, body, type = 'application/json' }: ApiCall,
    isRead: (status: number) => boolean,
  ): Promise<TextResponse> {
    return new Promise((resolve, reject) => {
      const response = { status: 0, contentType: '', text: '' };
      const headers = { ':method': method, ':path': path };
      const stream = this.request(body === undefined ? headers : { ...headers, 'content-type': type });
      stream.once('error', reject);
      stream.once('response', (received) => {
        response.status = Number(received[':status']);
        response.contentType = received['content-type'] ?? '';
        if (!isRead(response.status)) stream.resume();
        else stream.setEncoding('utf8').on('data', (chunk: string) => (response.text += chunk));
      });
      stream.once('close', () => {
        const isComplete = stream.readableEnded && stream.rstCode === constants.NGHTTP2_NO_ERROR;
        if (isComplete) resolve(response);
        else reject(new Error('the API server has not completed its response'));
      });
      if (body !== undefined) stream.end(JSON.stringify(body));
    });
  }

  /** Opens a request. A response, or a part of it, that is late ends it. */
  private request(headers: OutgoingHttpHeaders, signal?: AbortSignal): ClientHttp2Stream {
    const endStream = headers['content-type'] === undefined;
    const stream = this.connection().request(headers, signal ? { endStream, signal } : { endStream });
    stream.setTimeout(TIMEOUT_MS, () => stream.destroy(new Error('the API server does not answer')));
    return stream;
  }

  /** The connection, a new one after the end of the last. */
  private connection(): ClientHttp2Session {
    if (this.isClosed) throw new Error('the client of the API server is closed');
    if (this.session && !this.session.closed && !this.session.destroyed) return this.session;
    const session = connect(this.server, this.options);
    session.once('connect', () => session.setLocalWindowSize(WINDOW));
    // Its requests report it.
    session.on('error', () => undefined);
    this.session = session;
    return session;
  }
}

/** Resolves at the header of a response. */
function statusOf(stream: ClientHttp2Stream): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.once('response', (headers) => resolve(Number(headers[':status'])));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the API server has not answered')));
  });
}

/** Creates an object unless it exists. Throws if the API server rejects it. */
export async function createUnlessExists(client: ClusterClient, path: string, body: object): Promise<void> {
  const response = await client.call<{ message?: string }>({ method: 'POST', path, body });
  if (response.status !== 201 && response.status !== 409)
    throw new Error(`${path} returned ${response.status}: ${response.body.message}`);
}
