import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { type DocumentNode, type ExecutionResult, getOperationAST, GraphQLError, parse } from 'graphql';
import { createClient } from 'graphql-ws';

type Headers = Readonly<Record<string, string>>;

export interface FetcherSettings {
  /** Returns the current bearer token, if any. */
  readonly token: () => string | undefined;
  /** Whether the gateway requires a token. */
  readonly needsToken: boolean;
  /** Called instead of sending a request without a required token. */
  readonly onMissing: () => void;
  /** Called when the gateway rejects the token. */
  readonly onRejected: () => void;
}

/** Sends queries and mutations over HTTP and subscriptions over a WebSocket, all to `/graphql` of this origin. */
export function createFetcher(settings: FetcherSettings): Fetcher {
  const { token, needsToken, onMissing, onRejected } = settings;
  const headersWith = (requestHeaders: Headers = {}): Headers => {
    const current = token();
    return { ...(current ? { authorization: `Bearer ${current}` } : {}), ...requestHeaders };
  };
  return (params, options) => {
    const headers = headersWith(options?.headers);
    if (needsToken && !hasAuthorization(headers)) {
      onMissing();
      return { errors: [new GraphQLError('Enter a token first.')] };
    }
    const request = withKnownOperation(params);
    return request.isSubscription
      ? subscribe(request.params, headers, onRejected)
      : post(request.params, headers, onRejected);
  };
}

/**
 * Whether the request is a subscription, and the request without an unknown operation name: for a tenth of a
 * second after a tab change GraphiQL still uses the operations of the previous tab.
 */
function withKnownOperation(params: FetcherParams): { params: FetcherParams; isSubscription: boolean } {
  const document = parsed(params.query);
  const named = document && getOperationAST(document, params.operationName);
  const operation = named ?? (document && getOperationAST(document));
  const operationName = named || !document ? (params.operationName ?? null) : null;
  return { params: { ...params, operationName }, isSubscription: operation?.operation === 'subscription' };
}

/** Undefined on a syntax error, which the gateway reports. */
function parsed(text: string): DocumentNode | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function hasAuthorization(headers: Headers): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
}

async function post(params: FetcherParams, headers: Headers, onRejected: () => void) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify(params),
  });
  if (response.status === 401) onRejected();
  return (await response.json()) as object;
}

/** Close codes for rejected tokens. */
const REJECTED = new Set([4401, 4403, 4411]);

/** Number of events shown. */
const SHOWN = 20;

/** The last events of a subscription, newest first. */
interface RecentEvents extends ExecutionResult {
  readonly events: readonly unknown[];
}

/** One connection per subscription, because headers with the token are sent when it is opened. */
async function* subscribe(
  params: FetcherParams,
  headers: Headers,
  onRejected: () => void,
): AsyncGenerator<RecentEvents> {
  const client = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    connectionParams: headers,
    retryAttempts: 0,
    keepAlive: 10_000,
  });
  try {
    const { query, operationName, variables } = params;
    const payload = { query, operationName: operationName ?? null, variables: asRecord(variables) };
    let events: readonly unknown[] = [];
    for await (const event of client.iterate(payload)) {
      events = [event, ...events].slice(0, SHOWN);
      yield { events };
    }
  } catch (error) {
    if (!(error instanceof CloseEvent)) throw error;
    if (REJECTED.has(error.code)) onRejected();
    throw new Error(
      `The gateway ended the subscription (${error.code}): ${error.reason || 'no reason given'}`,
    );
  } finally {
    await client.dispose();
  }
}

function asRecord(variables: unknown): Record<string, unknown> {
  return typeof variables === 'object' && variables !== null ? { ...variables } : {};
}
