import type { FormattedExecutionResult } from 'graphql-ws';
import type { Connection } from './connection.js';
import { bookmarkOf, cursorOf, ResumePosition } from './cursor.js';
import type { Operation } from './document.js';
import { GraphQLRequestError, type ServerError, TransportError } from './errors.js';
import { EventBuffer } from './event-buffer.js';
import { isTokenRejected, isRetryable, delay, type Retry, type RetryPolicy, backoffDelay } from './retry.js';
import { subscriptionError } from './socket-error.js';

/** Transport of a subscription. */
export interface SubscriptionSettings {
  readonly connection: Connection;
  readonly policy: RetryPolicy;
  /** Whether the token is a function, which may return a newer token. */
  readonly tokenChanges: boolean;
  readonly onRetry: ((retry: Retry) => void) | undefined;
  /** Events buffered for a slow reader before the subscription is closed and resumed later. */
  readonly bufferSize: number;
}

/** The events of a subscription. */
export interface EventStream<R> extends AsyncIterableIterator<R, undefined> {
  /** Cursor of the last event that was read; store it to resume in another process. */
  readonly cursor: string | undefined;
  /** Ends the subscription; a pending `next()` resolves as done. */
  return(): Promise<IteratorResult<R, undefined>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** How the attempt of one connection ended. */
type AttemptResult =
  { readonly kind: 'completed' | 'full' | 'stopped' } | { readonly kind: 'failed'; readonly error: unknown };

/** A subscription that outlives its connections: `run` has the states, `attempt` one connection. */
export class Subscription<R extends object> implements EventStream<R> {
  cursor: string | undefined;
  private readonly buffer: EventBuffer<R>;
  private readonly position = new ResumePosition();
  private readonly stop = new AbortController();
  private failures = 0;
  private renewed = false;
  private since = 0;

  constructor(
    private readonly settings: SubscriptionSettings,
    private readonly operation: Operation,
    private readonly variables: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ) {
    this.buffer = new EventBuffer(settings.bufferSize);
    if (signal?.aborted) this.end();
    else signal?.addEventListener('abort', () => this.end(), { once: true, signal: this.stop.signal });
    this.run().catch((error: unknown) => this.buffer.end(error));
  }

  async next(): Promise<IteratorResult<R, undefined>> {
    const step = await this.buffer.next();
    if (!step.done) this.cursor = cursorOf(step.value) ?? this.cursor;
    return step;
  }

  return(): Promise<IteratorResult<R, undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  private end(): void {
    this.stop.abort();
    this.buffer.discard();
  }

  private async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      const outcome = await this.attempt();
      if (outcome.kind === 'full') await this.buffer.readOut();
      else if (outcome.kind === 'failed') await this.recover(outcome.error);
      else if (outcome.kind === 'completed') await this.completed();
    }
  }

  /** One connection: subscribes after the newest event until the connection or the subscription ends. */
  private async attempt(): Promise<AttemptResult> {
    let resolve!: (outcome: AttemptResult) => void;
    const promise = new Promise<AttemptResult>((resetFailures) => (resolve = resetFailures));
    const onStop = () => resolve({ kind: 'stopped' });
    this.stop.signal.addEventListener('abort', onStop);
    this.position.resume();
    this.since = Date.now();
    let listening = true;
    const leave = this.settings.connection.subscribe(this.payload(), {
      next: (result) => {
        const outcome = listening ? this.accept(result) : undefined;
        if (!outcome) return;
        listening = false;
        resolve(outcome);
      },
      failed: (error) => resolve({ kind: 'failed', error }),
      completed: () => resolve({ kind: 'completed' }),
    });
    try {
      return await promise;
    } finally {
      listening = false;
      this.stop.signal.removeEventListener('abort', onStop);
      leave();
    }
  }

  private payload() {
    const { query, operationName, takesAfter } = this.operation;
    const after = takesAfter && this.position.newest !== undefined ? { after: this.position.newest } : {};
    const variables = { ...this.variables, ...after };
    // Bookmarks advance the position while the filter matches nothing.
    const extensions = takesAfter ? { extensions: { bookmarks: true } } : {};
    return { query, ...(operationName ? { operationName } : {}), variables, ...extensions };
  }

  /** Handles an event; returns an outcome if the connection has to be closed. */
  private accept(result: FormattedExecutionResult): AttemptResult | undefined {
    if (result.errors && result.errors.length > 0) {
      return { kind: 'failed', error: new GraphQLRequestError(result.errors as ServerError[], result.data) };
    }
    const bookmark = bookmarkOf(result.extensions);
    if (bookmark !== undefined) this.acceptBookmark(bookmark);
    const data = result.data as R | null | undefined;
    if (!data || !this.position.accept(cursorOf(data))) return undefined;
    this.settle();
    this.buffer.push(data);
    return this.buffer.isFull ? { kind: 'full' } : undefined;
  }

  /** Buffered events are older than the bookmark: it is the reader's position only if the buffer is empty. */
  private acceptBookmark(bookmark: string): void {
    this.settle();
    this.position.advanceTo(bookmark);
    if (this.buffer.isEmpty) this.cursor = bookmark;
  }

  /** A resumable subscription never completes: a server that completes it is shutting down. */
  private async completed(): Promise<void> {
    if (this.operation.takesAfter)
      return this.recover(new TransportError('the server ended the subscription'));
    this.stop.abort();
    this.buffer.end();
  }

  /** Resets the count of consecutive failures. */
  private settle(): void {
    this.failures = 0;
    this.renewed = false;
  }

  private async recover(cause: unknown): Promise<void> {
    const error = subscriptionError(cause);
    if (Date.now() - this.since > this.settings.policy.maxDelayMs) this.settle();
    if (this.settings.tokenChanges && isTokenRejected(error) && !this.renewed) {
      this.renewed = true;
      this.settings.connection.renew();
      return;
    }
    if (!isRetryable(error)) {
      this.stop.abort();
      this.buffer.end(error);
      return;
    }
    const attempt = ++this.failures;
    const wait = backoffDelay(attempt, this.settings.policy, error);
    this.settings.onRetry?.({ operation: this.operation.operationName, error, attempt, delayMs: wait });
    await delay(wait, this.stop.signal);
  }
}
