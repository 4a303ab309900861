import { StringDecoder } from 'node:string_decoder';
import type { Dispatcher } from 'undici';
import { EVENT_STREAM, EventParser, type ReceivedEvent } from '../../../protocol/server-sent-events.js';
import type { SubgraphResult } from '../../../protocol/wire.js';
import { ResultQueue } from './result-queue.js';
import { parseResponse } from './parse-response.js';

/** Results that may wait to be pulled; then the connection is not read until they have been. */
const WAITING = 16;

/** Characters of an answer that is no stream; who refuses says it in fewer. */
const ANSWER = 100_000;

const JSON_TYPE = /^application\/(?:graphql-response\+)?json\b/;

/** Made once: an abort without a reason makes a new error each time. */
const LEFT = new Error('nobody reads this stream any more');

export interface SubgraphStreamOptions {
  readonly signal: AbortSignal;
  /** Called with each result as it arrives. */
  readonly arrived: () => void;
  /** What to throw when the subgraph is lost. */
  readonly lost: (cause?: unknown) => Error;
}

/**
 * Opens a subscription as server-sent events on a connection of its own, which is read as slowly as the results are
 * pulled. Rejects with what `lost` makes when the subgraph does not open it.
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
 * What a subgraph sends, as it comes. Straight on the dispatcher: body streams and generators in between cost more than
 * all the rest of an event.
 */
class SubgraphEvents implements Dispatcher.DispatchHandler {
  private readonly decoder = new StringDecoder('utf8');
  private readonly parser = new EventParser();
  private readonly results: ResultQueue;
  private controller: Dispatcher.DispatchController | undefined;
  /** What the subgraph answers instead of a stream. */
  private answer: { readonly statusCode: number; text: string } | undefined;

  constructor(
    private readonly options: SubgraphStreamOptions,
    private readonly opened: (results: ResultQueue) => void,
    private readonly refused: (error: Error) => void,
  ) {
    this.results = new ResultQueue({
      signal: options.signal,
      onEmpty: () => {
        if (this.controller?.paused) this.controller.resume();
      },
      onCancelled: () => {
        // Matters only before it has been opened.
        this.refused(LEFT);
        this.controller?.abort(LEFT);
      },
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // It may have waited in the pool's queue until now.
    if (this.results.closed) controller.abort(LEFT);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const type = String(headers['content-type']);
    if (statusCode === 200 && type.startsWith(EVENT_STREAM)) return this.opened(this.results);
    if (JSON_TYPE.test(type)) return void (this.answer = { statusCode, text: '' });
    this.fail(new Error(`the subgraph answered ${statusCode}`));
    controller.abort(LEFT);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.results.closed) return;
    if (this.answer) return this.appendAnswer(controller, this.answer, chunk);
    try {
      for (const event of this.parser.feed(this.decoder.write(chunk))) this.take(event);
    } catch (error) {
      this.fail(error);
    }
    if (this.results.closed) controller.abort(LEFT);
    else if (this.results.length >= WAITING) controller.pause();
  }

  /** Without an answer the body ended without `complete`: the subgraph died or is being restarted. */
  onResponseEnd(): void {
    if (this.answer && !this.results.closed) this.resolveAnswer(this.answer);
    else this.fail();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  private appendAnswer(
    controller: Dispatcher.DispatchController,
    answer: { text: string },
    chunk: Buffer,
  ): void {
    answer.text += this.decoder.write(chunk);
    if (answer.text.length <= ANSWER) return;
    this.fail(new Error('the subgraph answered a subscription with something long'));
    controller.abort(LEFT);
  }

  /** Who refuses a subscription has answered: it is the only result, as it is on a WebSocket. */
  private resolveAnswer({ statusCode, text }: { readonly statusCode: number; readonly text: string }): void {
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
    this.refused(failure);
    this.results.fail(failure);
  }
}
