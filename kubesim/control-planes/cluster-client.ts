import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
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
/** Milliseconds that a call may take. */
const TIMEOUT_MS = 10_000;
/** Concurrent calls; further ones wait for a connection. */
const MAX_CONNECTIONS = 64;

/** Calls the API server of a real control plane as a member of `system:masters`. */
export class ClusterClient implements Disposable {
  private readonly calls: Agent;
  private readonly watches: Agent;

  constructor(
    private readonly server: string,
    { cluster, admin }: Pick<Pki, 'cluster' | 'admin'>,
  ) {
    const identity = { ca: cluster.cert, key: admin.key, cert: admin.cert };
    this.calls = new Agent({ ...identity, keepAlive: true, maxSockets: MAX_CONNECTIONS });
    this.watches = new Agent(identity);
  }

  /** Rejects if the API server cannot be reached; a rejected call is a response with its status. */
  async call<T>({ method, path, body, type = 'application/json' }: ApiCall): Promise<ApiResponse<T>> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    // Node.js sends no length of its own with a DELETE: its body would be read as the next request.
    const headers =
      text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await this.send(path, { agent: this.calls, method, headers, signal }, text);
    const received = await textOf(response);
    const isJson = response.headers['content-type']?.startsWith('application/json');
    return { status: response.statusCode ?? 0, body: (isJson ? JSON.parse(received) : received) as T };
  }

  /** Whether the server answers 200 to a health check, by default whether an API server is ready for requests. */
  async isReady(path = '/readyz'): Promise<boolean> {
    const ready = this.call({ method: 'GET', path });
    return ready.then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** The events of a watch, until it ends. Rejects if the API server cannot be reached or rejects the watch. */
  async *watch<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
    const response = await this.send(path, { agent: this.watches, method: 'GET', signal });
    if (response.statusCode !== 200)
      throw new Error(`the API server returned ${response.statusCode}: ${await textOf(response)}`);
    let rest = '';
    for await (const chunk of response.setEncoding('utf8')) {
      const lines = `${rest}${chunk as string}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as T;
    }
  }

  [Symbol.dispose](): void {
    this.calls.destroy();
    this.watches.destroy();
  }

  private async send(path: string, options: RequestOptions, text?: string): Promise<IncomingMessage> {
    const sent = request(`${this.server}${path}`, options);
    // An error after the response also ends the response, whose reader reports it.
    sent.on('error', () => undefined);
    sent.end(text);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string;
  return text;
}

/** Creates an object unless it exists. Throws if the API server rejects it. */
export async function createUnlessExists(client: ClusterClient, path: string, body: object): Promise<void> {
  const response = await client.call<{ message?: string }>({ method: 'POST', path, body });
  if (response.status !== 201 && response.status !== 409)
    throw new Error(`${path} returned ${response.status}: ${response.body.message}`);
}
