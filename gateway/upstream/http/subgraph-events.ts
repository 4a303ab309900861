import { StringDecoder } from 'node:string_decoder';
import type { Dispatcher } from 'undici';
import { EVENT_STREAM, EventParser, type ReceivedEvent } from '../../../protocol/server-sent-events.js';
import type { SubgraphResult } from '../../../protocol/wire.js';
import { ResultQueue } from './result-queue.js';
import { parseResponse } from './parse-response.js';

/** Maximum number of queued results; then the connection is paused until the queue is empty. */
const WAITING = 16;

/** Maximum length in characters of a response that is not a stream, such as an error. */
const MAX_RESPONSE_LENGTH = 100_000;

const JSON_TYPE = /^application\/(?:graphql-response\+)?json\b/;

/** Created once: `abort()` without a reason creates a new error on each call. */
const LEFT = new Error('the stream was cancelled');

export interface SubgraphStreamOptions {
  readonly signal: AbortSignal;
  /** Called with each result as it arrives. */
  readonly arrived: () => void;
  /** Creates the error to throw when the subgraph is lost. */
  readonly lost: (cause?: unknown) => Error;
}

/**
 * Opens a subscription as server-sent events on its own connection, with backpressure from the reader. Rejects
 * with the error of `lost` when the subgraph does not open it.
 */
export function openSubgraphEvents(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  options: SubgraphStreamOptions,
): Promise<ResultQueue> {
  return new Promise((resolve, reject) => {
    if (options.signal.aborted) return reject(options.lost(LEFT));
    dispatcher.dispatch(request, new SubgraphEvents(options, resolve, reject));
  });
}

/**
 * Receives the events of a subgraph. Uses the dispatcher directly: body streams and generators would cost more
 * than the rest of an event.
 */
class SubgraphEvents implements Dispatcher.DispatchHandler {
  private readonly decoder = new StringDecoder('utf8');
  private readonly parser = new EventParser();
  private readonly results: ResultQueue;
  private controller: Dispatcher.DispatchController | undefined;
  /** A response that is not a stream. */
  private response: { readonly statusCode: number; text: string } | undefined;

  constructor(
    private readonly options: SubgraphStreamOptions,
    private readonly opened: (results: ResultQueue) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.results = new ResultQueue({
      signal: options.signal,
      onEmpty: () => {
        if (this.controller?.paused) this.controller.resume();
      },
      onCancelled: () => {
        // Has no effect after the stream has been opened.
        this.reject(LEFT);
        this.controller?.abort(LEFT);
      },
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // The request may have waited in the queue of the pool.
    if (this.results.closed) controller.abort(LEFT);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const type = String(headers['content-type']);
    if (statusCode === 200 && type.startsWith(EVENT_STREAM)) return this.opened(this.results);
    if (JSON_TYPE.test(type)) return void (this.response = { statusCode, text: '' });
    this.fail(new Error(`the subgraph answered ${statusCode}`));
    controller.abort(LEFT);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.results.closed) return;
    if (this.response) return this.appendResponse(controller, this.response, chunk);
    try {
      for (const event of this.parser.feed(this.decoder.write(chunk))) this.take(event);
    } catch (error) {
      this.fail(error);
    }
    if (this.results.closed) controller.abort(LEFT);
    else if (this.results.length >= WAITING) controller.pause();
  }

  /** A body that ends without `complete` means that the subgraph died or restarts. */
  onResponseEnd(): void {
    if (this.response && !this.results.closed) this.resolveResponse(this.response);
    else this.fail();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  private appendResponse(
    controller: Dispatcher.DispatchController,
    response: { text: string },
    chunk: Buffer,
  ): void {
    response.text += this.decoder.write(chunk);
    if (response.text.length <= MAX_RESPONSE_LENGTH) return;
    this.fail(new Error('the subgraph sent an oversized response to a subscription'));
    controller.abort(LEFT);
  }

  /** A rejection is the only result, as on a WebSocket. */
  private resolveResponse({
    statusCode,
    text,
  }: {
    readonly statusCode: number;
    readonly text: string;
  }): void {
    try {
      this.results.push(parseResponse(statusCode, text));
    } catch (error) {
      return this.fail(error);
    }
    this.results.end();
    this.opened(this.results);
  }

  private take({ event, data }: ReceivedEvent): void {
    if (event === 'complete') return this.results.end();
    if (event !== 'next' || this.results.closed) return;
    const value = JSON.parse(data) as SubgraphResult;
    this.options.arrived();
    this.results.push(value);
  }

  private fail(cause?: unknown): void {
    if (this.results.closed) return;
    const failure = this.options.lost(cause);
    this.reject(failure);
    this.results.fail(failure);
  }
}
