import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as delay } from 'node:timers/promises';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { parse } from 'graphql';
import { createClient } from 'graphql-sse';

/** Milliseconds before the next attempt to reconnect. */
const RETRY = 250;

/** Data of the events of a stream. */
export interface StreamEvent {
  readonly event: { readonly id: string; readonly cursor: string; readonly cluster?: unknown };
}

/** Reads a stream on one connection, after a cursor, until the stream ends or the connection is lost. */
export type Reader = (reading: Reading) => Promise<void>;

export interface Reading {
  readonly query: string;
  /** Cursor after which to start. */
  readonly after: string;
  readonly signal: AbortSignal;
  readonly onEvent: (data: StreamEvent) => void;
}

/**
 * Reconnects after the last received event, as a program does whose library does not resume. Rejects with errors that a retry
 * does not resolve.
 */
export async function readWithReconnect(read: Reader, reading: Reading): Promise<void> {
  let { after } = reading;
  const onEvent = (data: StreamEvent) => {
    after = data.event.cursor;
    reading.onEvent(data);
  };
  while (!reading.signal.aborted) {
    await read({ ...reading, after, onEvent }).catch((error: unknown) => {
      if (!reading.signal.aborted && !isRetryable(error)) throw error;
    });
    await delay(RETRY);
  }
}

/**
 * Reads as a browser's EventSource does, with one connection for the stream and the id of the last event as the position. An
 * incomplete event is requested again.
 */
export function eventSource(url: string, token: string): Reader {
  let lastEventId: string | undefined;
  return async ({ query, after, signal, onEvent }) => {
    const search = new URLSearchParams({ query, variables: JSON.stringify({ after }) });
    const response = await fetch(`${url}/graphql?${search}`, {
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
      signal,
    });
    if (!response.ok) throw Object.assign(new Error('no stream'), { response });
    // A lost connection also ends the lines.
    const input = Readable.fromWeb(response.body as ReadableStream).on('error', () => undefined);
    let id: string | undefined;
    let data: string | undefined;
    try {
      for await (const line of createInterface({ input })) {
        if (line.startsWith('id: ')) id = line.slice(4);
        else if (line.startsWith('data: ')) data = line.slice(6);
        if (line !== '') continue;
        if (data !== undefined) deliver(JSON.parse(data) as Result, onEvent);
        lastEventId = id ?? lastEventId;
        data = undefined;
      }
    } finally {
      input.destroy();
    }
  };
}

/** The client of graphql-sse, with one connection for each stream. */
export function graphqlSse(url: string, token: string): Reader {
  const headers = { authorization: `Bearer ${token}` };
  return async ({ query, after, signal, onEvent }) => {
    const client = createClient({ url: `${url}/graphql`, headers, retryAttempts: 0 });
    const results = client.iterate<StreamEvent>({ query, variables: { after } });
    const leave = () => void results.return?.();
    signal.addEventListener('abort', leave, { once: true });
    try {
      for await (const result of results) deliver(result as Result, onEvent);
    } finally {
      signal.removeEventListener('abort', leave);
      client.dispose();
    }
  };
}

/** Apollo Client, which reads multipart over HTTP. */
export function apolloClient(url: string, token: string): Reader {
  const link = new HttpLink({ uri: `${url}/graphql`, headers: { authorization: `Bearer ${token}` } });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return ({ query, after, signal, onEvent }) =>
    new Promise<void>((resolve, reject) => {
      const fail = (error: unknown) => reject(error instanceof Error ? error : new Error(String(error)));
      const subscription = client
        .subscribe<StreamEvent>({ query: parse(query), variables: { after }, fetchPolicy: 'no-cache' })
        .subscribe({
          next: ({ data, error }) => {
            if (!error) return data && onEvent(data);
            // The stream would continue: an error applies only to its event.
            subscription.unsubscribe();
            fail(error);
          },
          error: fail,
          complete: resolve,
        });
      const leave = () => {
        subscription.unsubscribe();
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
    });
}

interface Result {
  readonly data?: StreamEvent | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
}

function deliver({ data, errors }: Result, onEvent: Reading['onEvent']): void {
  if (errors) throw Object.assign(new Error(JSON.stringify(errors)), { errors });
  if (data) onEvent(data);
}

/** Whether the connection was lost, or a part of the platform is unavailable. */
function isRetryable(error: unknown): boolean {
  const { errors, statusCode, response } = error as Partial<Result> & {
    readonly statusCode?: number;
    readonly response?: { readonly status?: number };
  };
  const status = statusCode ?? response?.status;
  if (errors) return errors.every(({ extensions }) => extensions?.code === 'SERVICE_UNAVAILABLE');
  return status === undefined || status === 503;
}
