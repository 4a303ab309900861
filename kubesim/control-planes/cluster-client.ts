import { type Dispatcher, Pool } from 'undici';
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
/** Concurrent calls; further ones wait for a connection. */
const MAX_CONNECTIONS = 16;
/** Milliseconds that an unused connection stays open: kubelets renew leases more often. */
const KEEP_ALIVE_MS = 60_000;

/** A write that an API server has answered. */
export interface WriteResult {
  readonly status: number;
  /** The response of a write that it has rejected. */
  readonly rejection?: string;
}

/** Calls the API server of a real control plane as a member of `system:masters`. */
export class ClusterClient implements Disposable {
  private readonly calls: Pool;
  /** Connections of requests that wait for no others. */
  private readonly watches: Pool;

  constructor(server: string, { cluster, admin }: Pick<Pki, 'cluster' | 'admin'>) {
    const connect = { ca: cluster.cert, key: admin.key, cert: admin.cert, timeout: TIMEOUT_MS };
    const timeouts = { headersTimeout: TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS };
    const options = { ...timeouts, connect, allowH2: false };
    this.calls = new Pool(server, { ...options, bodyTimeout: TIMEOUT_MS, connections: MAX_CONNECTIONS });
    this.watches = new Pool(server, { ...options, bodyTimeout: 0 });
  }

  /** Rejects if the API server cannot be reached; a rejected call is a response with its status. */
  async call<T>(call: ApiCall): Promise<ApiResponse<T>> {
    const { statusCode: status, headers, body } = await this.send(call);
    const received = await body.text();
    const isJson = String(headers['content-type']).startsWith('application/json');
    return { status, body: (isJson ? JSON.parse(received) : received) as T };
  }

  /** Sends a write without reading the object that the API server returns. Rejects as `call` does. */
  async write(call: ApiCall): Promise<WriteResult> {
    const { statusCode: status, body } = await this.send(call);
    if (status >= 300) return { status, rejection: await body.text() };
    await body.dump();
    return { status };
  }

  /** Whether the server answers 200 to a health check, by default whether an API server is ready for requests. */
  async isReady(path = '/readyz'): Promise<boolean> {
    const ready = this.watches.request({ method: 'GET', path, bodyTimeout: TIMEOUT_MS });
    return ready.then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode === 200;
      },
      () => false,
    );
  }

  /** The events of a watch, until it ends. Rejects if the API server cannot be reached or rejects the watch. */
  async *watch<T>(path: string, signal: AbortSignal): AsyncGenerator<T> {
    const { statusCode, body } = await this.watches.request({ method: 'GET', path, signal });
    if (statusCode !== 200) throw new Error(`the API server returned ${statusCode}: ${await body.text()}`);
    let rest = '';
    for await (const chunk of body.setEncoding('utf8')) {
      const lines = `${rest}${chunk as string}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as T;
    }
  }

  [Symbol.dispose](): void {
    void this.calls.destroy();
    void this.watches.destroy();
  }

  private send({ method, path, body, type = 'application/json' }: ApiCall): Promise<Dispatcher.ResponseData> {
    if (body === undefined) return this.calls.request({ method, path });
    return this.calls.request({
      ...{ method, path, headers: { 'content-type': type }, body: JSON.stringify(body) },
    });
  }
}

/** Creates an object unless it exists. Throws if the API server rejects it. */
export async function createUnlessExists(client: ClusterClient, path: string, body: object): Promise<void> {
  const response = await client.call<{ message?: string }>({ method: 'POST', path, body });
  if (response.status !== 201 && response.status !== 409)
    throw new Error(`${path} returned ${response.status}: ${response.body.message}`);
}
