import { OperationTypeNode } from 'graphql';
import { Pool } from 'undici';
import { EVENT_STREAM } from '../../../protocol/server-sent-events.js';
import type { SubgraphRequest } from '../../../protocol/wire.js';
import type { ResultQueue } from './result-queue.js';
import type { CallContext } from '../call/call-context.js';
import type { SubgraphHeaderBuilder } from './call-headers.js';
import { nativeSignal } from '../call/light-abort-controller.js';
import type { InFlightRequests } from '../call/in-flight-requests.js';
import { replayThenLive } from './replay-then-live.js';
import { type SubgraphStreamOptions, openSubgraphEvents } from './subgraph-events.js';
import { SubgraphSocket } from './subgraph-socket.js';
import {
  type ReplayOptions,
  type SubgraphResults,
  serviceUnavailableError,
} from '../call/subgraph-source.js';

const GATEWAY = { account: 'subscriptions', subject: 'gateway' };

export interface HttpSubscriptionsOptions {
  readonly name: string;
  readonly url: string;
  readonly headers: SubgraphHeaderBuilder;
  readonly inFlightRequests: InFlightRequests;
  readonly pingInterval?: number | undefined;
}

/**
 * Subscriptions of a remote subgraph. A replay uses its own connection, which respects backpressure; live
 * events of all subscriptions share one WebSocket. A subgraph without WebSockets gets one connection per
 * subscription.
 */
export class HttpSubscriptions implements AsyncDisposable {
  private readonly path: string;
  /** Streams hold connections for hours, so they have their own pool and never block requests. */
  private readonly streams: Pool;
  private readonly socket: SubgraphSocket;

  constructor(private readonly options: HttpSubscriptionsOptions) {
    const { url, headers, pingInterval } = options;
    const { origin, pathname, search } = new URL(url);
    this.path = pathname + search;
    // Subgraphs send a heartbeat every ten seconds: three missing ones mean that the stream is dead.
    this.streams = new Pool(origin, { headersTimeout: 30_000, bodyTimeout: 30_000 });
    const call = { actor: GATEWAY, requestId: 'subscriptions', kind: OperationTypeNode.SUBSCRIPTION };
    this.socket = new SubgraphSocket({
      url,
      connectionParams: async () =>
        named(await headers.of({ ...call, signal: new AbortController().signal })),
      pingInterval,
    });
  }

  async open(request: SubgraphRequest, call: CallContext, history?: ReplayOptions): Promise<SubgraphResults> {
    if (!history) return this.subscribeLive(request, call);
    const past = await this.replay(request, call);
    const { requestAfter } = history;
    if (!requestAfter) return past;
    return replayThenLive(past, (position) =>
      this.socket.unsupported ? undefined : this.subscribeLive(requestAfter(position), call),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket[Symbol.dispose]();
    await this.streams.destroy();
  }

  private async subscribeLive(request: SubgraphRequest, call: CallContext): Promise<ResultQueue> {
    if (this.socket.unsupported) return this.replay(request, call);
    const headers = named(await this.options.headers.of(call));
    try {
      return await this.socket.subscribe({ ...request, extensions: { headers } }, this.streamOptions(call));
    } catch (error) {
      if (this.socket.unsupported) return this.replay(request, call);
      throw error;
    }
  }

  private async replay(request: SubgraphRequest, call: CallContext): Promise<ResultQueue> {
    const headers = await this.options.headers.of(call);
    const known = ['content-type', 'application/json', 'accept', EVENT_STREAM];
    return openSubgraphEvents(
      this.streams,
      { path: this.path, method: 'POST', headers: [...known, ...headers], body: JSON.stringify(request) },
      this.streamOptions(call),
    );
  }

  private streamOptions({ signal, actor }: CallContext): SubgraphStreamOptions {
    const { name, inFlightRequests } = this.options;
    return {
      signal: nativeSignal(signal),
      arrived: () => inFlightRequests.invalidate(actor.account),
      lost: (cause) => serviceUnavailableError(name, cause),
    };
  }
}

function named(list: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < list.length; at += 2) headers[list[at] ?? ''] = list[at + 1] ?? '';
  return headers;
}
