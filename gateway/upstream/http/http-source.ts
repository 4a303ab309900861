import { OperationTypeNode } from 'graphql';
import { type Dispatcher, Pool } from 'undici';
import type { SubgraphRequest, SubgraphResult } from '../../../protocol/wire.js';
import { NotReadyError } from '../../../kernel/not-ready-error.js';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import type { ActorHeader } from './actor-header.js';
import type { CallContext } from '../call/call-context.js';
import { SubgraphHeaderBuilder } from './call-headers.js';
import type { AbortSignalLike } from '../call/light-abort-controller.js';
import { dispatchRequest } from './dispatch-request.js';
import type { InFlightRequests } from '../call/in-flight-requests.js';
import { parseResponse } from './parse-response.js';
import {
  type ReplayOptions,
  type SubgraphResults,
  type SubgraphSource,
  serviceUnavailableError,
} from '../call/subgraph-source.js';
import { HttpSubscriptions } from './http-subscriptions.js';
import { isTooLarge } from '../call/response-size.js';
import { bodyOf, requestKey } from '../call/serialized-request.js';

const JSON_HEADERS = [
  'content-type',
  'application/json',
  'accept',
  'application/graphql-response+json, application/json',
];

const PING = JSON.stringify({ query: '{ __typename }' });
const PROBE_ACTOR = { account: 'readiness', subject: 'gateway' };

export interface HttpSourceOptions {
  readonly name: string;
  readonly url: string;
  /** Readiness URL. Default: a query is sent to the subgraph. */
  readonly readyUrl?: string | undefined;
  /** Signs actors; without it no actor is sent. */
  readonly actorHeader?: ActorHeader | undefined;
  readonly inFlightRequests: InFlightRequests;
  /** Maximum size of a subgraph response in bytes. Default unlimited. */
  readonly responseBytes?: number | undefined;
  /** Milliseconds between pings of the WebSocket for subscriptions. Default 10,000. */
  readonly pingInterval?: number | undefined;
}

/** A remote subgraph, called over HTTP. */
export class HttpSource implements SubgraphSource {
  private readonly path: string;
  private readonly requests: Pool;
  private readonly subscriptions: HttpSubscriptions;

  readonly name: string;
  private readonly headers: SubgraphHeaderBuilder;
  private readonly inFlightRequests: InFlightRequests;
  private readonly responseBytes: number;
  private readonly readyUrl: string | undefined;

  constructor({
    name,
    url,
    readyUrl,
    actorHeader,
    inFlightRequests,
    responseBytes = Infinity,
    pingInterval,
  }: HttpSourceOptions) {
    this.readyUrl = readyUrl;
    this.name = name;
    this.responseBytes = responseBytes;
    this.headers = new SubgraphHeaderBuilder(actorHeader);
    this.inFlightRequests = inFlightRequests;
    const { origin, pathname, search } = new URL(url);
    this.path = pathname + search;
    this.requests = new Pool(origin, {
      connections: 128,
      keepAliveTimeout: 30_000,
      // Callers have their own timeout; timers per connection would be redundant.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.subscriptions = new HttpSubscriptions({
      name,
      url,
      headers: this.headers,
      inFlightRequests,
      pingInterval,
    });
  }

  execute(request: SubgraphRequest, call: CallContext): MaybePromise<SubgraphResult> {
    // The client has disconnected before this fetch.
    if (call.signal.aborted) return Promise.reject(serviceUnavailableError(this.name));
    return this.inFlightRequests.share(
      call,
      { subgraph: this.name, key: () => requestKey(request) },
      (signal) => this.send(bodyOf(request), call, signal),
    );
  }

  private async send(body: string, call: CallContext, signal: AbortSignalLike): Promise<SubgraphResult> {
    try {
      return await this.post(body, call, signal);
    } catch (error) {
      // A keep-alive connection may be closed while a request is in flight: queries are retried.
      if (call.kind === OperationTypeNode.QUERY && isLostConnection(error) && !signal.aborted)
        return this.retry(body, call, signal);
      // The subgraph is reachable, so the circuit breaker must not count a failure.
      if (isTooLarge(error)) return { data: null, errors: [error.toJSON()] };
      throw serviceUnavailableError(this.name, error);
    }
  }

  subscribe(request: SubgraphRequest, call: CallContext, history?: ReplayOptions): Promise<SubgraphResults> {
    return this.subscriptions.open(request, call, history);
  }

  async ping(signal: AbortSignal): Promise<void> {
    if (this.readyUrl !== undefined) return checkReady(this.readyUrl, signal);
    // A query rather than a health endpoint: every subgraph supports it, and it detects mismatched actor keys.
    const call = { actor: PROBE_ACTOR, requestId: 'readiness', kind: OperationTypeNode.QUERY, signal };
    await this.post(PING, call, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.requests.close(), this.subscriptions[Symbol.asyncDispose]()]);
  }

  private async retry(body: string, call: CallContext, signal: AbortSignalLike): Promise<SubgraphResult> {
    try {
      return await this.post(body, call, signal);
    } catch (error) {
      throw serviceUnavailableError(this.name, error);
    }
  }

  private post(request: string, call: CallContext, signal: AbortSignalLike): Promise<SubgraphResult> {
    const options = this.options(request, call);
    const reading = { signal, limit: this.responseBytes, read: parseResponse };
    // Nearly always synchronous; awaiting would cost a microtask.
    return options instanceof Promise
      ? options.then((resolved) => dispatchRequest(this.requests, resolved, reading))
      : dispatchRequest(this.requests, options, reading);
  }

  private options(
    body: string,
    call: CallContext,
  ): Dispatcher.DispatchOptions | Promise<Dispatcher.DispatchOptions> {
    const headers = this.headers.of(call);
    return headers instanceof Promise
      ? headers.then((resolved) => this.optionsWith(body, resolved))
      : this.optionsWith(body, headers);
  }

  private optionsWith(body: string, headers: readonly string[]): Dispatcher.DispatchOptions {
    return { path: this.path, method: 'POST', headers: [...JSON_HEADERS, ...headers], body };
  }
}

function isLostConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

/** Throws `NotReadyError` with the reason that the subgraph reports. */
async function checkReady(url: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal });
  const text = await response.text();
  if (!response.ok) throw new NotReadyError(text.slice(0, 200));
}
