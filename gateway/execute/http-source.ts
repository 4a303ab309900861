import { OperationTypeNode } from 'graphql';
import { type Dispatcher, Pool } from 'undici';
import { ACTOR_HEADER } from '../../kernel/actor.js';
import { EVENT_STREAM, type ReceivedEvent, readEvents } from '../../kernel/graph/event-stream.js';
import { mapStream } from '../../kernel/graph/mapped-stream.js';
import { REQUEST_ID_HEADER, type SubgraphRequest, type SubgraphResult } from '../../kernel/graph/wire.js';
import type { ActorHeader } from './actor-header.js';
import type { CallContext } from './call-context.js';
import { type SubgraphSource, unavailable } from './subgraph-source.js';

const JSON_ACCEPT = 'application/graphql-response+json, application/json';

const PING: SubgraphRequest = { query: '{ __typename }' };
const NOBODY = { account: 'readiness', subject: 'gateway' };

/** A subgraph that answers over HTTP. */
export class HttpSource implements SubgraphSource {
  private readonly path: string;
  private readonly requests: Pool;
  /** Streams keep their connection for hours: they have a pool of their own, so that they never hold up requests. */
  private readonly streams: Pool;

  constructor(
    readonly name: string,
    url: string,
    private readonly actorHeader: ActorHeader,
  ) {
    const { origin, pathname } = new URL(url);
    this.path = pathname;
    this.requests = new Pool(origin, {
      connections: 128,
      keepAliveTimeout: 30_000,
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
    });
    // Subgraphs send a comment every ten seconds: three missing ones mean that the stream is dead.
    this.streams = new Pool(origin, { headersTimeout: 30_000, bodyTimeout: 30_000 });
  }

  async execute(request: SubgraphRequest, call: CallContext): Promise<SubgraphResult> {
    try {
      return await this.ask(request, call);
    } catch (error) {
      // A kept-alive connection may be closed while a request is on its way: what changes nothing is asked again.
      if (call.kind === OperationTypeNode.QUERY && isLostConnection(error) && !call.signal.aborted)
        return this.again(request, call);
      throw unavailable(this.name, error);
    }
  }

  async subscribe(
    request: SubgraphRequest,
    call: CallContext,
  ): Promise<AsyncGenerator<SubgraphResult, undefined>> {
    const { statusCode, headers, body } = await this.open(request, call);
    if (statusCode !== 200 || !String(headers['content-type']).startsWith(EVENT_STREAM)) {
      await body.dump();
      throw unavailable(this.name, new Error(`the subgraph answered ${statusCode}`));
    }
    return mapStream(this.results(readEvents(body)), (result) => result, {
      signal: call.signal,
      ended: () => body.destroy(),
    });
  }

  async ping(signal: AbortSignal): Promise<void> {
    // A query rather than a health page: every subgraph has it, and it also finds keys that do not fit.
    await this.ask(PING, { actor: NOBODY, requestId: 'readiness', kind: OperationTypeNode.QUERY, signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.requests.close(), this.streams.destroy()]);
  }

  private async again(request: SubgraphRequest, call: CallContext): Promise<SubgraphResult> {
    try {
      return await this.ask(request, call);
    } catch (error) {
      throw unavailable(this.name, error);
    }
  }

  private async ask(request: SubgraphRequest, call: CallContext): Promise<SubgraphResult> {
    const { statusCode, body } = await this.requests.request(await this.options(request, call, JSON_ACCEPT));
    const result = (await body.json()) as SubgraphResult | null;
    if (result && ('data' in result || Array.isArray(result.errors)) && statusCode !== 401) return result;
    throw new Error(`the subgraph answered ${statusCode}`);
  }

  private async open(request: SubgraphRequest, call: CallContext): Promise<Dispatcher.ResponseData> {
    try {
      return await this.streams.request(await this.options(request, call, EVENT_STREAM));
    } catch (error) {
      throw unavailable(this.name, error);
    }
  }

  private async options(
    request: SubgraphRequest,
    call: CallContext,
    accept: string,
  ): Promise<Dispatcher.RequestOptions> {
    return {
      path: this.path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept,
        [ACTOR_HEADER]: await this.actorHeader.of(call.actor),
        [REQUEST_ID_HEADER]: call.requestId,
      },
      body: JSON.stringify(request),
      signal: call.signal,
    };
  }

  private async *results(
    events: AsyncGenerator<ReceivedEvent, undefined>,
  ): AsyncGenerator<SubgraphResult, undefined> {
    try {
      for await (const { event, data } of events) {
        if (event === 'complete') return undefined;
        if (event === 'next') yield JSON.parse(data) as SubgraphResult;
      }
    } catch (error) {
      throw unavailable(this.name, error);
    }
    // The body ended without `complete`: the subgraph died or is being restarted.
    throw unavailable(this.name);
  }
}

function isLostConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}
