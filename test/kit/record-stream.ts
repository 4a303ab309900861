import { createClient as createSseClient } from 'graphql-sse';
import { testToken } from './platform.js';
import { socketClient } from './subscribe.js';

/** A subscription of a user of an account. */
export interface StreamRequest {
  readonly account: string;
  readonly subject: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly transport?: Transport;
}

export const transports = ['WebSocket', 'SSE'] as const;
export type Transport = (typeof transports)[number];

/** What a subscription has received. */
export interface StreamRecord<T> extends Disposable {
  readonly events: readonly T[];
  /** The code of the error that ended the stream; null when it completed. */
  readonly ended: Promise<string | null>;
}

interface Result<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
}

/** Subscribes through the gateway at `url` and collects the events. */
export async function recordStream<T>(url: string, request: StreamRequest): Promise<StreamRecord<T>> {
  const { account, subject, query, variables = {}, transport = 'WebSocket' } = request;
  const events: T[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string | null>();
  const client =
    transport === 'WebSocket'
      ? await socketClient(url, account, { subject })
      : createSseClient({
          url: `${url}/graphql`,
          headers: { authorization: `Bearer ${await testToken(account, { subject })}` },
          retryAttempts: 0,
        });
  client.subscribe<T>(
    { query, variables } as never,
    {
      next: ({ data, errors }: Result<T>) =>
        errors?.[0] ? resolve(codeOf(errors[0])) : events.push(data as T),
      error: (error: unknown) => resolve(codeOf(Array.isArray(error) ? error[0] : error)),
      complete: () => resolve(null),
    } as never,
  );
  return { events, ended, [Symbol.dispose]: () => void client.dispose() };
}

function codeOf(error: unknown): string {
  const { extensions } = error as { readonly extensions?: { readonly code?: unknown } };
  return typeof extensions?.code === 'string' ? extensions.code : String(error);
}
