import { type Dispatcher, fetch } from 'undici';
import { ChannelConnection } from './channel-connection.js';
import { Watch } from './watch.js';

/** The fields of objects, lists and `Status` that cases read. */
export interface Body {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Metadata;
  readonly spec: Fields;
  readonly status: Fields;
  readonly data: Readonly<Record<string, string>>;
  readonly items: readonly Body[];
  readonly reason: string;
  readonly message: string;
  readonly details?: Details;
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: Body }[];
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
}

type Fields = Readonly<Record<string, unknown>>;

interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFields[];
}

/** The fields that one manager owns. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly time: string;
  readonly fieldsV1: Fields;
}

interface Details {
  readonly causes?: readonly {
    readonly reason?: string;
    readonly field?: string;
    readonly message: string;
  }[];
}

/** A response of an API server. */
export interface ApiResponse {
  readonly status: number;
  /** Parsed if it is JSON, otherwise undefined. */
  readonly body: Body;
  readonly text: string;
  readonly bytes: Buffer;
  /** Media type and parameters. */
  readonly type: string;
  /** Texts of the `Warning` headers. */
  readonly warnings: readonly string[];
  readonly headers: { get(name: string): string | null };
}

export interface Call {
  /** An object is sent as JSON, a text or bytes as they are. */
  readonly body?: unknown;
  /** Media type of the body. Default `application/json`. */
  readonly type?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a redirect is followed. Default `follow`. */
  readonly redirect?: 'follow' | 'manual';
}

/** A server-side apply. */
export interface Apply {
  readonly manager?: string;
  readonly force?: boolean;
  /** Further query parameters, such as `dryRun=All`. */
  readonly query?: string;
}

/** Media types of patches. */
export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** Times that a request is sent that is asked for again, as clients of Kubernetes do. */
const ATTEMPTS = 10;

/** Sends requests to an API server as one user. */
export class ApiClient {
  constructor(
    private readonly server: string,
    private readonly dispatcher: Dispatcher,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** The same connection with further headers, such as those of an impersonation. */
  with(headers: Readonly<Record<string, string>>): ApiClient {
    return new ApiClient(this.server, this.dispatcher, { ...this.headers, ...headers });
  }

  async call(method: string, path: string, call: Call = {}): Promise<ApiResponse> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.send(method, path, call);
      if (attempt === ATTEMPTS || !wasNotServed(response)) return response;
      await new Promise((wake) => setTimeout(wake, Number(response.headers.get('retry-after')) * 1000));
    }
  }

  private async send(method: string, path: string, call: Call): Promise<ApiResponse> {
    const { body, type = 'application/json', accept = 'application/json' } = call;
    const response = await fetch(`${this.server}${path}`, {
      method,
      dispatcher: this.dispatcher,
      redirect: call.redirect ?? 'follow',
      body: encoded(body),
      headers: {
        accept,
        ...(body === undefined ? {} : { 'content-type': type }),
        ...this.headers,
        ...call.headers,
      },
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString();
    const received = response.headers.get('content-type') ?? '';
    return {
      status: response.status,
      body: (received.startsWith('application/json') && text !== '' ? JSON.parse(text) : undefined) as Body,
      text,
      bytes,
      type: received,
      warnings: warningsOf(response.headers.get('warning')),
      headers: response.headers,
    };
  }

  get(path: string, call?: Call): Promise<ApiResponse> {
    return this.call('GET', path, call);
  }

  post(path: string, body: unknown, call?: Call): Promise<ApiResponse> {
    return this.call('POST', path, { ...call, body });
  }

  put(path: string, body: unknown, call?: Call): Promise<ApiResponse> {
    return this.call('PUT', path, { ...call, body });
  }

  patch(path: string, kind: keyof typeof patchTypes, body: unknown, call?: Call): Promise<ApiResponse> {
    return this.call('PATCH', path, { ...call, body, type: patchTypes[kind] });
  }

  delete(path: string, body?: unknown): Promise<ApiResponse> {
    return this.call('DELETE', path, { body });
  }

  apply(path: string, body: unknown, { manager, force, query }: Apply): Promise<ApiResponse> {
    const parameters = new URLSearchParams(query);
    if (manager !== undefined) parameters.set('fieldManager', manager);
    if (force !== undefined) parameters.set('force', String(force));
    return this.patch(`${path}?${parameters.toString()}`, 'apply', body);
  }

  /** Opens a WebSocket with the subprotocols of exec, attach or port-forward. */
  channels(path: string, protocols: readonly string[] = ['v5.channel.k8s.io']): ChannelConnection {
    const { dispatcher, headers } = this;
    return new ChannelConnection(`${this.server}${path}`, { dispatcher, headers, protocols });
  }

  /** Opens a watch of a collection, whose path may have a query. Throws if the API server rejects it. */
  async watch(path: string, call: Pick<Call, 'accept'> = {}): Promise<Watch> {
    const stop = new AbortController();
    const response = await fetch(`${this.server}${path}${path.includes('?') ? '&' : '?'}watch=true`, {
      dispatcher: this.dispatcher,
      signal: stop.signal,
      headers: { accept: call.accept ?? 'application/json', ...this.headers },
    });
    if (response.status !== 200 || !response.body)
      throw new Error(`the watch of ${path} was answered ${response.status}: ${await response.text()}`);
    return new Watch(response.body, stop);
  }
}

/**
 * Whether a request came to the storage of a definition while the API server replaced it. The API server has
 * not begun such a request, and asks for it again.
 */
function wasNotServed({ status, text, headers }: ApiResponse): boolean {
  return status === 503 && headers.get('retry-after') !== null && text.includes('apiserver is shutting down');
}

function encoded(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body;
  return JSON.stringify(body);
}

/** The texts of `299 - "text", 299 - "text"`. */
function warningsOf(header: string | null): string[] {
  const texts = (header ?? '').matchAll(/299 - ("(?:[^"\\]|\\.)*")/g);
  return [...texts].map(([, text]) => JSON.parse(text ?? '""') as string);
}
