import type { Operation } from './document.js';
import { type HttpRequest, type HttpTransport, post } from './http.js';
import { isStaleToken, mayPass, pause, type Retry, type RetryPolicy, waitBefore } from './retry.js';

/** How requests are sent and tried again. */
export interface RequestSettings {
  readonly http: HttpTransport;
  readonly policy: RetryPolicy;
  /** Whether asking for the token again may bring a newer one. */
  readonly tokenChanges: boolean;
  readonly onRetry: ((retry: Retry) => void) | undefined;
}

/** A request and whether sending it twice does no harm. */
export interface Request {
  readonly operation: Operation;
  readonly variables: unknown;
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Cursor of an event that the answer must not be older than. */
  readonly minResourceVersion?: string | undefined;
}

/** Sends a request, again while the fault may pass and repeating it does no harm. */
export async function request(settings: RequestSettings, what: Request): Promise<unknown> {
  const { query, operationName } = what.operation;
  const giveUpAt = Date.now() + settings.policy.giveUpAfter;
  for (let attempt = 1; ; attempt++) {
    what.signal?.throwIfAborted();
    try {
      return await sendWithFreshToken(
        settings,
        { query, operationName, variables: what.variables, ...atLeast(what) },
        what.signal,
      );
    } catch (error) {
      if (!what.repeatable || !mayPass(error)) throw error;
      const wait = waitBefore(attempt, settings.policy, error);
      if (Date.now() + wait > giveUpAt) throw error;
      settings.onRetry?.({ operation: operationName, error, attempt, wait });
      await pause(wait, what.signal);
    }
  }
}

function atLeast({ minResourceVersion }: Request): Pick<HttpRequest, 'extensions'> {
  return minResourceVersion === undefined ? {} : { extensions: { minResourceVersion } };
}

/** Sends a request; once more with a new token when the server no longer takes the one it got. */
async function sendWithFreshToken(
  settings: RequestSettings,
  body: HttpRequest,
  signal?: AbortSignal,
): Promise<unknown> {
  try {
    return await post(settings.http, body, signal);
  } catch (error) {
    if (!settings.tokenChanges || !isStaleToken(error)) throw error;
    return post(settings.http, body, signal);
  }
}
