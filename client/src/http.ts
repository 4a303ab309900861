import { GraphQLRequestError, type ServerError, TransportError } from './errors.js';

/** Options of the HTTP transport. */
export interface HttpTransport {
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  /** Returns the bearer token; undefined sends none. */
  readonly token: () => Promise<string | undefined>;
}

/** The body of a GraphQL request. */
export interface HttpRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: unknown;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

interface GraphQLResponse {
  readonly data?: unknown;
  readonly errors?: readonly ServerError[];
}

/**
 * Sends a GraphQL request over HTTP and returns its data. Throws `GraphQLRequestError` if the response has errors,
 * `TransportError` if there is no GraphQL response, and the signal's reason if it aborts.
 */
export async function post(
  transport: HttpTransport,
  request: HttpRequest,
  signal?: AbortSignal,
): Promise<unknown> {
  const response = await send(transport, request, signal);
  const body = await readBody(response, signal);
  if (!body) throw notGraphQLError(response);
  if (body.errors && body.errors.length > 0) throw new GraphQLRequestError(body.errors, body.data);
  return body.data;
}

async function send(transport: HttpTransport, request: HttpRequest, signal?: AbortSignal): Promise<Response> {
  const token = await transport.token();
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
  };
  if (token) headers['authorization'] = `Bearer ${token}`;
  try {
    return await transport.fetch(transport.url, {
      method: 'POST',
      headers,
      body: JSON.stringify(request),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    throw requestFailure(cause, `${transport.url} cannot be reached`, signal);
  }
}

async function readBody(response: Response, signal?: AbortSignal): Promise<GraphQLResponse | undefined> {
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    throw requestFailure(cause, 'the response was interrupted', signal);
  }
  try {
    const body: unknown = JSON.parse(text);
    return isGraphQLResponse(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function isGraphQLResponse(body: unknown): body is GraphQLResponse {
  if (typeof body !== 'object' || body === null) return false;
  return 'errors' in body ? Array.isArray(body.errors) : 'data' in body;
}

function notGraphQLError(response: Response): TransportError {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return new TransportError(`HTTP ${response.status} without a GraphQL response`, {
    status: response.status,
    retryAfter: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  });
}

function requestFailure(cause: unknown, message: string, signal?: AbortSignal): unknown {
  return signal?.aborted ? signal.reason : new TransportError(`${message}: ${reasonOf(cause)}`, { cause });
}

/** The message of fetch is only "fetch failed"; the cause has the reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) || error.message : error.message;
}
