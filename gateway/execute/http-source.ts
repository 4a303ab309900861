import { OperationTypeNode } from 'graphql';
import { type Dispatcher, Pool } from 'undici';
import { ACTOR_HEADER } from '../../kernel/actor.js';
import { EVENT_STREAM } from '../../kernel/graph/event-stream.js';
import {
  AT_LEAST_HEADER,
  REQUEST_ID_HEADER,
  type SubgraphRequest,
  type SubgraphResult,
} from '../../kernel/graph/wire.js';
import { traceHeaders } from '../../kernel/tracing/span.js';
import type { ActorHeader } from './actor-header.js';
import type { CallContext } from './call-context.js';
import { type CancelSignal, nativeSignal } from './cancellation.js';
import { exchange } from './exchange.js';
import type { Flights } from './flights.js';
import { type SubgraphSource, unavailable } from './subgraph-source.js';
import { openSubgraphStream } from './subgraph-stream.js';
import { bodyOf, requestKey } from './written-request.js';

const JSON_ACCEPT = 'application/graphql-response+json, application/json';

const PING = JSON.stringify({ query: '{ __typename }' });
const NOBODY = { account: 'readiness', subject: 'gateway' };

export interface HttpSourceOptions {
  readonly name: string;
  readonly url: string;
  /** Vouches for actors; without it the subgraph is not told who asks. */
  readonly actorHeader?: ActorHeader | undefined;
  readonly flights: Flights;
}

/** A subgraph that answers over HTTP. */
export class HttpSource implements SubgraphSource {
  private readonly path: string;
  private readonly requests: Pool;
  /** Streams keep their connection for hours: they have a pool of their own, so that they never hold up requests. */
  private readonly streams: Pool;

  readonly name: string;
  private readonly actorHeader: ActorHeader | undefined;
  private readonly flights: Flights;

  constructor({ name, url, actorHeader, flights }: HttpSourceOptions) {
    this.name = name;
    this.actorHeader = actorHeader;
    this.flights = flights;
    const { origin, pathname, search } = new URL(url);
    this.path = pathname + search;
    this.requests = new Pool(origin, {
      connections: 128,
      keepAliveTimeout: 30_000,
      // Whoever asks says how long they wait; a timer of each connection beside that is work for nothing.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // Subgraphs send a comment every ten seconds: three missing ones mean that the stream is dead.
    this.streams = new Pool(origin, { headersTimeout: 30_000, bodyTimeout: 30_000 });
  }

  execute(request: SubgraphRequest, call: CallContext): Promise<SubgraphResult> {
    return this.flights.share(call, `${this.name}\n${requestKey(request)}`, (signal) =>
      this.send(bodyOf(request), call, signal),
    );
  }

  private async send(body: string, call: CallContext, signal: CancelSignal): Promise<SubgraphResult> {
    try {
      return await this.ask(body, call, signal);
    } catch (error) {
      // A kept-alive connection may be closed while a request is on its way: what changes nothing is asked again.
      if (call.kind === OperationTypeNode.QUERY && isLostConnection(error) && !signal.aborted)
        return this.again(body, call, signal);
      throw unavailable(this.name, error);
    }
  }

  async subscribe(
    request: SubgraphRequest,
    call: CallContext,
  ): Promise<AsyncGenerator<SubgraphResult, undefined>> {
    const options = await this.options(JSON.stringify(request), call, EVENT_STREAM);
    return openSubgraphStream(this.streams, options, {
      signal: nativeSignal(call.signal),
      arrived: () => this.flights.forget(call.actor.account),
      lost: (cause) => unavailable(this.name, cause),
    });
  }

  async ping(signal: AbortSignal): Promise<void> {
    // A query rather than a health page: every subgraph has it, and it also finds keys that do not fit.
    const call = { actor: NOBODY, requestId: 'readiness', kind: OperationTypeNode.QUERY, signal };
    await this.ask(PING, call, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.requests.close(), this.streams.destroy()]);
  }

  private async again(body: string, call: CallContext, signal: CancelSignal): Promise<SubgraphResult> {
    try {
      return await this.ask(body, call, signal);
    } catch (error) {
      throw unavailable(this.name, error);
    }
  }

  private ask(request: string, call: CallContext, signal: CancelSignal): Promise<SubgraphResult> {
    const options = this.options(request, call, JSON_ACCEPT);
    // Nearly always known at once; waiting for it all the same would be another turn of the queue.
    return options instanceof Promise
      ? options.then((known) => exchange(this.requests, known, { signal, read }))
      : exchange(this.requests, options, { signal, read });
  }

  private options(
    body: string,
    call: CallContext,
    accept: string,
  ): Dispatcher.DispatchOptions | Promise<Dispatcher.DispatchOptions> {
    const vouched = this.actorHeader?.of(call.actor);
    return vouched instanceof Promise
      ? vouched.then((actor) => this.vouchedOptions(body, call, { accept, actor }))
      : this.vouchedOptions(body, call, { accept, actor: vouched });
  }

  private vouchedOptions(
    body: string,
    call: CallContext,
    { accept, actor }: { readonly accept: string; readonly actor: string | undefined },
  ): Dispatcher.DispatchOptions {
    // A flat list of names and values, which is what undici makes of an object anyway.
    const headers = ['content-type', 'application/json', 'accept', accept, REQUEST_ID_HEADER, call.requestId];
    if (actor !== undefined) headers.push(ACTOR_HEADER, actor);
    if (call.atLeast !== undefined) headers.push(AT_LEAST_HEADER, call.atLeast);
    for (const [name, value] of Object.entries(traceHeaders())) headers.push(name, value);
    return { path: this.path, method: 'POST', headers, body };
  }
}

function read(statusCode: number, text: string): SubgraphResult {
  const result = JSON.parse(text) as SubgraphResult | null;
  if (result && ('data' in result || Array.isArray(result.errors)) && statusCode !== 401) return result;
  throw new Error(`the subgraph answered ${statusCode}`);
}

function isLostConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}
