import type { SubgraphRequest, SubgraphResult } from '../../protocol/wire.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { CallContext } from './call/call-context.js';
import type { ReplayOptions, SubgraphResults, SubgraphSource } from './call/subgraph-source.js';
import type { GatewayMetrics, SubgraphSample } from '../metrics/gateway-metrics.js';

/** Records latency and failures of a subgraph. */
export class MeteredSource implements SubgraphSource {
  constructor(
    private readonly source: SubgraphSource,
    private readonly metrics: GatewayMetrics,
  ) {}

  get name(): string {
    return this.source.name;
  }

  execute(request: SubgraphRequest, context: CallContext): MaybePromise<SubgraphResult> {
    return this.measure('fetch', () => this.source.execute(request, context));
  }

  async subscribe(
    request: SubgraphRequest,
    context: CallContext,
    history?: ReplayOptions,
  ): Promise<SubgraphResults> {
    return this.measure('subscribe', () => this.source.subscribe(request, context, history));
  }

  ping(signal: AbortSignal): Promise<void> {
    return this.source.ping(signal);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.source[Symbol.asyncDispose]();
  }

  private measure<T>(kind: SubgraphSample['kind'], call: () => MaybePromise<T>): MaybePromise<T> {
    const startedAt = performance.now();
    const ended = (outcome: SubgraphSample['outcome']) => {
      const seconds = (performance.now() - startedAt) / 1000;
      this.metrics.subgraph({ subgraph: this.name, kind, outcome, seconds });
    };
    const succeeded = (result: T) => {
      ended('answered');
      return result;
    };
    const failed = (error: unknown): never => {
      ended('failed');
      throw error;
    };
    let result: MaybePromise<T>;
    try {
      result = call();
    } catch (error) {
      return failed(error);
    }
    return result instanceof Promise ? result.then(succeeded, failed) : succeeded(result);
  }
}
