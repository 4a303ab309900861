import { createSecureContext } from 'node:tls';
import { Agent, type Dispatcher, request } from 'undici';
import type { ClusterAccess } from './cluster-access.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than the poll interval of a cluster, so that polls reuse a connection: a TLS handshake costs more than a call. */
const IDLE_TIMEOUT_MS = 20_000;
/** Maximum number of connections to one API server; a watch holds one. */
const MAX_CONNECTIONS = 64;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/** The Kubernetes API server of a cluster, with the platform's credentials and pooled connections. */
export class ApiServer implements AsyncDisposable {
  private readonly agent: Agent;

  constructor(private readonly access: ClusterAccess) {
    const { caData } = access;
    this.agent = new Agent({
      connections: MAX_CONNECTIONS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        keepAlive: true,
        // Created once instead of for each connection.
        ...(caData && { secureContext: createSecureContext({ ca: Buffer.from(caData, 'base64') }) }),
      },
    });
  }

  /** Sends a request with undici's `request`, because `fetch` copies bodies of megabytes through web streams. */
  request({ path, query = {}, headers, body, ...rest }: ApiRequest): Promise<Dispatcher.ResponseData> {
    const url = new URL(this.access.server.replace(/\/$/, '') + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value);
    return request(url, {
      ...rest,
      headers: { ...headers, authorization: `Bearer ${this.access.token}` },
      body: body ?? null,
      dispatcher: this.agent,
    });
  }

  /** Waits for pending requests. */
  close(): Promise<void> {
    return this.agent.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.agent.destroy();
  }
}
