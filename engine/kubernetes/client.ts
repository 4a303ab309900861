import { currentAuditDraft } from '../../access/audit/audit-draft.js';
import type { KubernetesUser } from '../../access/kubernetes-user.js';
import type { ApiRequest, ApiServer } from './api-server.js';
import { impersonationHeaders } from './impersonation.js';
import {
  KubernetesStatusError,
  KubernetesThrottled,
  KubernetesUnavailable,
  restOf,
  type StatusCause,
} from './kubernetes-error.js';

/** Default timeout of a call in milliseconds. */
const CALL_TIMEOUT_MS = 10_000;
/** Page size of list calls. */
export const LIST_CHUNK = 500;

/** Fields of every Kubernetes object. */
export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata?: {
    name?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[];
    managedFields?: unknown;
  };
}

export interface ListChunk<T> {
  readonly items: readonly T[];
  /** Continue token; undefined at the end of the list. */
  readonly next: string | undefined;
}

export interface ListQuery {
  readonly limit?: number;
  readonly continueToken?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

interface Call {
  readonly method: ApiRequest['method'];
  readonly path: string;
  readonly query?: ApiRequest['query'];
  readonly body?: { readonly text: string; readonly type: string };
  /** Media type of the response. Default JSON. */
  readonly accept?: string;
}

/** Representation of an object in a response. */
export type ObjectRepresentation = 'object' | 'metadata';

const MEDIA_TYPES: Readonly<Record<ObjectRepresentation, string>> = {
  object: 'application/json',
  metadata: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
};

/** Media type of a JSON merge patch (RFC 7396). */
export const MERGE_PATCH = 'application/merge-patch+json';

export interface ApplyQuery {
  readonly fieldManager: string;
  /** Takes ownership of fields of other managers. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

export interface KubernetesClientOptions {
  /** Used in error messages. */
  readonly clusterId: string;
  /** The user for whom it acts: with the rights of the user, whom the cluster's audit names. Default: the platform itself. */
  readonly user?: KubernetesUser | undefined;
  /** Ends every call when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Timeout of a call in milliseconds. Default `CALL_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
  /** Limits concurrent calls. Default: no limit. */
  readonly limit?: <T>(call: () => Promise<T>) => Promise<T>;
}

/** A Kubernetes Status of a failed request. */
/** The field manager of writes that name none is the part before the slash. */
const USER_AGENT = 'fleetgraph/kubernetes-client';

interface StatusBody {
  readonly reason?: string;
  readonly message?: string;
  readonly metadata?: { readonly continue?: string };
  readonly details?: { readonly causes?: readonly StatusCause[] };
}

interface RawResponse {
  readonly status: number;
  readonly text: string;
  /** The header Retry-After, in seconds. */
  readonly retryAfter: string | undefined;
}

/** The header by which the audit log of the API server names the entry of the mutation for whose caller the client acts. */
function auditHeaders(): { readonly 'audit-id'?: string } {
  const draft = currentAuditDraft();
  return draft ? { 'audit-id': draft.kubernetesAuditId() } : {};
}

function readStatus(text: string): StatusBody {
  try {
    return (JSON.parse(text) ?? {}) as StatusBody;
  } catch {
    return {};
  }
}

/** The answer of an API server that serves no such group: a text, which clients show as this. */
const NO_RESOURCE: StatusBody = {
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
};

function isNoResource(status: number, text: string): boolean {
  return status === 404 && text.trim() === '404 page not found';
}

function statusError(
  status: number,
  { reason = '', message = `HTTP ${status}`, metadata, details }: StatusBody,
): KubernetesStatusError {
  const more = { rest: metadata?.continue || undefined, causes: details?.causes };
  return new KubernetesStatusError(status, reason, message, more);
}

/**
 * Whether an error is about the server and not about the request. API servers respond with 500 to an apply that does not
 * fit the schema of its kind; a 401 means that the platform's own credentials are rejected.
 */
function isServerError({ status, message }: KubernetesStatusError): boolean {
  return status === 401 || (status >= 500 && !message.startsWith('failed to create typed patch object'));
}

/**
 * Calls the Kubernetes API of one cluster with plain JSON; each call has a timeout.
 * Throws `KubernetesStatusError` for rejected requests, `KubernetesUnavailable` when the server is unreachable.
 */
export class KubernetesClient {
  private readonly identity: ApiRequest['headers'];

  constructor(
    private readonly server: ApiServer,
    private readonly options: KubernetesClientOptions,
  ) {
    this.identity = options.user ? impersonationHeaders(options.user) : {};
  }

  /** The plain text of a path, e.g. `/metrics`. */
  async text(path: string): Promise<string> {
    const { status, text } = await this.send({ method: 'GET', path });
    if (status === 200) return text;
    throw new KubernetesUnavailable(this.options.clusterId, new KubernetesStatusError(status, '', text));
  }

  async get<T = KubernetesObject>(path: string, representation: ObjectRepresentation = 'object'): Promise<T> {
    return this.call<T>({ method: 'GET', path, accept: MEDIA_TYPES[representation] });
  }

  /**
   * One chunk of a list, in the server's order: by namespace, then name. API servers keep the snapshot of a list for some
   * minutes; later chunks are read from the present state, so an object that exists all the time is returned once.
   */
  async list<T = KubernetesObject>(path: string, query: ListQuery = {}): Promise<ListChunk<T>> {
    try {
      return await this.chunk<T>(path, query);
    } catch (error) {
      const rest = query.continueToken ? restOf(error) : undefined;
      if (rest === undefined) throw error;
      return this.chunk<T>(path, { ...query, continueToken: rest });
    }
  }

  private async chunk<T>(path: string, query: ListQuery): Promise<ListChunk<T>> {
    const { limit = LIST_CHUNK, continueToken, labelSelector, fieldSelector } = query;
    const list = await this.call<{ items?: T[]; metadata?: { continue?: string } }>({
      method: 'GET',
      path,
      query: { limit: String(limit), continue: continueToken, labelSelector, fieldSelector },
    });
    return { items: list.items ?? [], next: list.metadata?.continue || undefined };
  }

  /** The chunks of a list, each requested when the consumer pulls it. */
  async *chunks<T = KubernetesObject>(path: string, query: ListQuery = {}): AsyncGenerator<readonly T[]> {
    let next = query.continueToken;
    do {
      const chunk: ListChunk<T> = await this.list<T>(path, { ...query, continueToken: next });
      yield chunk.items;
      next = chunk.next;
    } while (next);
  }

  /** All items of a list. */
  async all<T = KubernetesObject>(path: string, query: ListQuery = {}): Promise<readonly T[]> {
    const found: T[] = [];
    for await (const some of this.chunks<T>(path, query)) found.push(...some);
    return found;
  }

  async create<T = KubernetesObject>(path: string, body: unknown, query: Call['query'] = {}): Promise<T> {
    const text = JSON.stringify(body);
    return this.call<T>({ method: 'POST', path, query, body: { text, type: 'application/json' } });
  }

  /** `type` is the media type of the patch, e.g. `application/apply-patch+yaml`. */
  async patch<T = KubernetesObject>(
    path: string,
    patch: unknown,
    type: string,
    query: Call['query'] = {},
  ): Promise<T> {
    const text = JSON.stringify(patch);
    return this.call<T>({ method: 'PATCH', path, query, body: { text, type } });
  }

  /** Server-side apply of an object that is JSON text already. */
  async apply(
    path: string,
    text: string,
    { fieldManager, force, dryRun }: ApplyQuery,
    representation: ObjectRepresentation = 'object',
  ): Promise<KubernetesObject> {
    const query = { fieldManager, force: String(force), dryRun: dryRun ? 'All' : undefined };
    const body = { text, type: 'application/apply-patch+yaml' };
    return this.call({ method: 'PATCH', path, query, body, accept: MEDIA_TYPES[representation] });
  }

  /** Deletes an object; its dependents are deleted in the background. */
  async delete(path: string): Promise<void> {
    await this.call({ method: 'DELETE', path });
  }

  private async call<T>(call: Call): Promise<T> {
    const { limit } = this.options;
    const { status, text, retryAfter } = await (limit ? limit(() => this.send(call)) : this.send(call));
    if (status === 429) throw this.tooMany(text, retryAfter);
    const body = isNoResource(status, text) ? NO_RESOURCE : this.parse(text);
    if (status >= 200 && status < 300) return body as T;
    const error = statusError(status, (body ?? {}) as StatusBody);
    if (isServerError(error)) throw new KubernetesUnavailable(this.options.clusterId, error);
    throw error;
  }

  /** Overload is a plain text or a Status without causes; a 429 with causes has another reason, such as a disruption budget. */
  private tooMany(text: string, retryAfter: string | undefined): KubernetesUnavailable {
    const { reason, message, details } = readStatus(text);
    const error = new KubernetesStatusError(429, reason ?? 'TooManyRequests', message ?? text);
    if (details?.causes?.length) return new KubernetesUnavailable(this.options.clusterId, error);
    return new KubernetesThrottled(this.options.clusterId, error, Math.max(1, Number(retryAfter) || 1));
  }

  private async send({
    method,
    path,
    query = {},
    body,
    accept = MEDIA_TYPES.object,
  }: Call): Promise<RawResponse> {
    const { signal, timeoutMs = CALL_TIMEOUT_MS } = this.options;
    // Not AbortSignal.timeout: it fires after the call has finished, too, and creates an error with a stack each time.
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new Error(`no response within ${timeoutMs} ms`)), timeoutMs);
    try {
      const response = await this.server.request({
        method,
        path,
        query,
        headers: {
          ...this.identity,
          ...(this.options.user && auditHeaders()),
          accept,
          'user-agent': USER_AGENT,
          ...(body && { 'content-type': body.type }),
        },
        body: body?.text,
        signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
      });
      const retryAfter = response.headers['retry-after'];
      const text = await response.body.text();
      return { status: response.statusCode, text, retryAfter: retryAfter?.toString() };
    } catch (error) {
      throw new KubernetesUnavailable(this.options.clusterId, error);
    } finally {
      clearTimeout(timer);
    }
  }

  private parse(text: string): unknown {
    try {
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    } catch (error) {
      throw new KubernetesUnavailable(this.options.clusterId, error);
    }
  }
}
