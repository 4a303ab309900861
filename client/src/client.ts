import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Connection, type WebSocketClass } from './connection.js';
import { operationOf } from './document.js';
import { request, type RequestSettings } from './request.js';
import { type Retry, type RetryOptions, retryPolicy } from './retry.js';
import { type EventStream, Subscription } from './subscription.js';

/** A bearer token, or a function that returns one; it is called for each request and each connection. */
export type TokenSource = string | (() => string | undefined | Promise<string | undefined>);

export interface ClientOptions {
  /** The GraphQL endpoint, e.g. `https://fleet.example.com/graphql`; subscriptions go to the same path over ws. */
  readonly url: string;
  readonly token?: TokenSource;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Default: the global `WebSocket` (browsers, Node.js from 22). Without one, subscriptions fail with a `TypeError`. */
  readonly webSocketImpl?: WebSocketClass;
  /** Back-off of retries. */
  readonly retry?: RetryOptions;
  /** Called with each failure that is retried. */
  readonly onRetry?: (retry: Retry) => void;
}

export interface RequestOptions {
  /** Aborts the request, which throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Cursor of an event: the response is not older. Fails with STALE_READ if that takes more than seconds. */
  readonly minResourceVersion?: string | undefined;
}

export interface SubscribeOptions {
  /** Ends the subscription without an error. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Maximum number of buffered events. When the buffer is full, the client ends the subscription and resumes it from the
   * newest event after the buffer was read. Default 256.
   */
  readonly bufferSize?: number;
}

/** Arguments after the document: variables are optional if none is required. */
export type Arguments<V, O> =
  Record<string, never> extends V ? [variables?: V, options?: O] : [variables: V, options?: O];

/** A typed client of one Fleetgraph endpoint. */
export interface Client extends AsyncDisposable {
  /**
   * Runs a query and returns its data. Retries transient failures.
   *
   * @throws GraphQLRequestError if the response has errors, even with data
   * @throws TransportError if there was no response within the time limit of `retry`
   */
  query<R, V = Record<string, unknown>>(
    document: TypedDocumentNode<R, V>,
    ...rest: Arguments<V, RequestOptions>
  ): Promise<R>;

  /**
   * Runs a mutation and returns its data. It is retried only if `input` (or the variables) has a `clientToken`, with which
   * the server executes it once. Client errors are in the payload's `userErrors` and are not thrown.
   *
   * @throws GraphQLRequestError if the response has errors, even with data
   * @throws TransportError if there was no response
   */
  mutate<R, V = Record<string, unknown>>(
    document: TypedDocumentNode<R, V>,
    ...rest: Arguments<V, RequestOptions>
  ): Promise<R>;

  /**
   * Subscribes immediately and yields the data of each event. Reconnects after a lost connection until the signal aborts.
   * A subscription that declares the variable `$after` and selects `cursor` in its root field resumes after the newest
   * event, without gaps or duplicates. Without `$after` it misses events during the interruption.
   *
   * The iteration throws `GraphQLRequestError` if the server rejects the subscription (`UNAUTHENTICATED`,
   * `INVALID_CURSOR`, `CURSOR_EXPIRED`, an invalid document …) or an event has errors.
   */
  subscribe<R extends object, V = Record<string, unknown>>(
    document: TypedDocumentNode<R, V>,
    ...rest: Arguments<V, SubscribeOptions>
  ): EventStream<R>;

  /** Ends all subscriptions and closes the sockets. */
  close(): void;
}

/** Creates a client. It connects on first use. */
export function createClient(options: ClientOptions): Client {
  const { token, onRetry } = options;
  const settings: Omit<RequestSettings, 'http'> = {
    policy: retryPolicy(options.retry),
    tokenChanges: typeof token === 'function',
    onRetry,
  };
  const currentToken = async () => (typeof token === 'function' ? token() : token);
  const fetcher = options.fetch ?? globalThis.fetch.bind(globalThis);
  const http: RequestSettings = {
    ...settings,
    http: { url: options.url, fetch: fetcher, token: currentToken },
  };
  const connection = new Connection({
    url: webSocketUrl(options.url),
    token: currentToken,
    webSocketImpl: options.webSocketImpl,
  });
  const closed = new AbortController();

  async function run<R, V>(
    document: TypedDocumentNode<R, V>,
    repeatable: boolean,
    rest: Arguments<V, RequestOptions>,
  ) {
    const [variables, options = {}] = rest;
    const data = await request(http, {
      operation: operationOf(document),
      variables,
      idempotent: repeatable,
      ...options,
    });
    return data as R;
  }

  function close(): void {
    closed.abort();
    connection.close();
  }

  return {
    query: (document, ...rest) => run(document, true, rest),
    mutate: (document, ...rest) => run(document, hasClientToken(rest[0]), rest),
    subscribe(document, ...rest) {
      const [variables, { signal, bufferSize = 256 } = {}] = rest;
      return new Subscription(
        { ...settings, connection, bufferSize },
        operationOf(document),
        { ...(variables as object | undefined) },
        signal ? AbortSignal.any([signal, closed.signal]) : closed.signal,
      );
    },
    close,
    async [Symbol.asyncDispose]() {
      close();
    },
  };
}

function webSocketUrl(url: string): string {
  const { href } = new URL(url);
  return href.replace(/^http/, 'ws');
}

function hasClientToken(variables: unknown): boolean {
  const { clientToken, input } = Object(variables) as { clientToken?: unknown; input?: unknown };
  if (typeof clientToken === 'string') return true;
  return typeof (Object(input) as { clientToken?: unknown }).clientToken === 'string';
}
