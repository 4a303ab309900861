import { StringDecoder } from 'node:string_decoder';
import type { Dispatcher } from 'undici';
import { EVENT_STREAM, EventParser, type ReceivedEvent } from '../../kernel/graph/event-stream.js';
import type { SubgraphResult } from '../../kernel/graph/wire.js';

/** Results that may wait to be pulled; then the connection is not read until they have been. */
const WAITING = 16;

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };
/** Made once: an abort without a reason makes a new error each time. */
const LEFT = new Error('nobody reads this stream any more');

export interface SubgraphStreamOptions {
  readonly signal: AbortSignal;
  /** Called with each result as it arrives. */
  readonly arrived: () => void;
  /** What to throw when the subgraph is lost. */
  readonly lost: (cause?: unknown) => Error;
}

/** Opens a subscription over server-sent events. Rejects with what `lost` makes when the subgraph does not open it. */
export function openSubgraphStream(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  options: SubgraphStreamOptions,
): Promise<SubgraphStream> {
  return new Promise((resolve, reject) => {
    if (options.signal.aborted) return reject(options.lost(LEFT));
    dispatcher.dispatch(request, new SubgraphStream(options, resolve, reject));
  });
}

/**
 * What a subgraph sends, as it comes. Straight on the dispatcher: body streams and generators in between cost more than
 * all the rest of an event.
 */
export class SubgraphStream implements AsyncGenerator<SubgraphResult, undefined>, Dispatcher.DispatchHandler {
  private readonly decoder = new StringDecoder('utf8');
  private readonly parser = new EventParser();
  private readonly waiting: SubgraphResult[] = [];
  private controller: Dispatcher.DispatchController | undefined;
  private over = false;
  private failure: Error | undefined;
  private pull:
    | { resolve(step: IteratorResult<SubgraphResult, undefined>): void; reject(error: Error): void }
    | undefined;
  private readonly leave = () => this.close();

  constructor(
    private readonly options: SubgraphStreamOptions,
    private readonly opened: (stream: SubgraphStream) => void,
    private readonly refused: (error: Error) => void,
  ) {
    options.signal.addEventListener('abort', this.leave, { once: true });
  }

  next(): Promise<IteratorResult<SubgraphResult, undefined>> {
    const value = this.waiting.shift();
    if (value) {
      if (this.waiting.length === 0 && this.controller?.paused) this.controller.resume();
      return Promise.resolve({ done: false, value });
    }
    if (this.failure) return Promise.reject(this.failure);
    if (this.over) return Promise.resolve(END);
    return new Promise((resolve, reject) => (this.pull = { resolve, reject }));
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.close();
    return Promise.resolve(END);
  }

  throw(error: unknown): Promise<IteratorReturnResult<undefined>> {
    this.close();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // It may have waited in the pool's queue until now.
    if (this.over) controller.abort(LEFT);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (statusCode === 200 && String(headers['content-type']).startsWith(EVENT_STREAM))
      return this.opened(this);
    this.fail(new Error(`the subgraph answered ${statusCode}`));
    controller.abort(LEFT);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.over) return;
    try {
      for (const event of this.parser.feed(this.decoder.write(chunk))) this.take(event);
    } catch (error) {
      this.fail(error);
    }
    if (this.over) controller.abort(LEFT);
    else if (this.waiting.length >= WAITING) controller.pause();
  }

  /** The body ended without `complete`: the subgraph died or is being restarted. */
  onResponseEnd(): void {
    this.fail();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  private take({ event, data }: ReceivedEvent): void {
    if (event === 'complete') return this.end();
    if (event !== 'next' || this.over) return;
    const value = JSON.parse(data) as SubgraphResult;
    this.options.arrived();
    const { pull } = this;
    this.pull = undefined;
    if (pull) pull.resolve({ done: false, value });
    else this.waiting.push(value);
  }

  private fail(cause?: unknown): void {
    if (this.over) return;
    this.failure = this.options.lost(cause);
    this.refused(this.failure);
    this.end();
  }

  private close(): void {
    if (this.over) return;
    this.waiting.length = 0;
    // Matters only before it has been opened.
    this.refused(LEFT);
    this.end();
    this.controller?.abort(LEFT);
  }

  private end(): void {
    this.over = true;
    this.options.signal.removeEventListener('abort', this.leave);
    const { pull, failure } = this;
    this.pull = undefined;
    if (failure) pull?.reject(failure);
    else pull?.resolve(END);
  }
}
