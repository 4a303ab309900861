import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type TestTokenOptions, testToken } from './platform.js';

/** A plain graphql-ws client without reconnecting or resuming. */
export async function socketClient(
  url: string,
  account = 'acme',
  options: TestTokenOptions = {},
): Promise<Client> {
  const token = await testToken(account, options);
  return createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
}

/** The received events of a subscription, and a way to wait for more. */
export interface Recording<T> extends Disposable {
  readonly events: readonly T[];
  /** Set when the server ended the stream. */
  readonly ended: Promise<void>;
}

/** Subscribes and collects the events; an error rejects `ended`. */
export async function record<T>(
  url: string,
  operation: { query: string; variables?: Record<string, unknown>; account?: string },
): Promise<Recording<T>> {
  const client = await socketClient(url, operation.account);
  const events: T[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    client.subscribe<T>(
      { query: operation.query, variables: operation.variables ?? {} },
      {
        next: ({ data, errors }) =>
          errors ? reject(new Error(JSON.stringify(errors))) : events.push(data as T),
        error: (error) => reject(error instanceof Error ? error : new Error(JSON.stringify(error))),
        complete: resolve,
      },
    );
  });
  ended.catch(() => undefined);
  return { events, ended, [Symbol.dispose]: () => void client.dispose() };
}
