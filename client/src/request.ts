import type { Operation } from './document.js';
import { type HttpRequest, type HttpTransport, post } from './http.js';
import { isTokenRejected, isRetryable, delay, type Retry, type RetryPolicy, backoffDelay } from './retry.js';

/** Options of sending and retrying requests. */
export interface RequestSettings {
  readonly http: HttpTransport;
  readonly policy: RetryPolicy;
  /** Whether the token is a function, which may return a newer token. */
  readonly tokenChanges: boolean;
  readonly onRetry: ((retry: Retry) => void) | undefined;
}

/** A request and whether it is idempotent. */
export interface Request {
  readonly operation: Operation;
  readonly variables: unknown;
  readonly idempotent: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Cursor of an event; the response is not older. */
  readonly minResourceVersion?: string | undefined;
}

/** Sends a request; retries transient failures of an idempotent one. */
export async function request(settings: RequestSettings, options: Request): Promise<unknown> {
  const { query, operationName } = options.operation;
  const giveUpAt = Date.now() + settings.policy.maxElapsedMs;
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await sendWithFreshToken(
        settings,
        { query, operationName, variables: options.variables, ...minResourceVersionOf(options) },
        options.signal,
      );
    } catch (error) {
      if (!options.idempotent || !isRetryable(error)) throw error;
      const wait = backoffDelay(attempt, settings.policy, error);
      if (Date.now() + wait > giveUpAt) throw error;
      settings.onRetry?.({ operation: operationName, error, attempt, delayMs: wait });
      await delay(wait, options.signal);
    }
  }
}

function minResourceVersionOf({ minResourceVersion }: Request): Pick<HttpRequest, 'extensions'> {
  return minResourceVersion === undefined ? {} : { extensions: { minResourceVersion } };
}

/** Sends a request; repeats it once with a new token when the server rejects the token. */
async function sendWithFreshToken(
  settings: RequestSettings,
  body: HttpRequest,
  signal?: AbortSignal,
): Promise<unknown> {
  try {
    return await post(settings.http, body, signal);
  } catch (error) {
    if (!settings.tokenChanges || !isTokenRejected(error)) throw error;
    return post(settings.http, body, signal);
  }
}
