import type { SubgraphRequest, SubgraphResult } from '../../protocol/wire.js';
import { failSpan, inSpan } from '../../kernel/tracing/span.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { CallContext } from './call/call-context.js';
import type { ReplayOptions, SubgraphResults, SubgraphSource } from './call/subgraph-source.js';

/** Creates a span for every request to a subgraph. */
export class TracedSource implements SubgraphSource {
  constructor(private readonly source: SubgraphSource) {}

  get name(): string {
    return this.source.name;
  }

  execute(request: SubgraphRequest, context: CallContext): MaybePromise<SubgraphResult> {
    return this.trace('fetch', context, async () => {
      const result = await this.source.execute(request, context);
      const [first] = result.errors ?? [];
      if (first) failSpan(first.message);
      return result;
    });
  }

  subscribe(
    request: SubgraphRequest,
    context: CallContext,
    history?: ReplayOptions,
  ): Promise<SubgraphResults> {
    return this.trace('subscribe', context, () => this.source.subscribe(request, context, history));
  }

  ping(signal: AbortSignal): Promise<void> {
    return this.source.ping(signal);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.source[Symbol.asyncDispose]();
  }

  private trace<T>(operation: string, { requestId }: CallContext, call: () => Promise<T>): Promise<T> {
    const attributes = { 'fleetgraph.subgraph': this.name, 'fleetgraph.request.id': requestId };
    return inSpan(`${operation} ${this.name}`, () => ({ kind: 'client', attributes }), call);
  }
}
