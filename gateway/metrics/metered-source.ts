import type { SubgraphRequest, SubgraphResult } from '../../kernel/graph/wire.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { CallContext } from '../execute/call-context.js';
import type { History, SubgraphResults, SubgraphSource } from '../execute/subgraph-source.js';
import type { Meter } from './meter.js';

/** Measures how long a subgraph takes to answer, and how often it does not. */
export class MeteredSource implements SubgraphSource {
  constructor(
    private readonly source: SubgraphSource,
    private readonly meter: Meter,
  ) {}

  get name(): string {
    return this.source.name;
  }

  execute(request: SubgraphRequest, context: CallContext): MaybePromise<SubgraphResult> {
    return this.measure('fetch', () => this.source.execute(request, context));
  }

  subscribe(request: SubgraphRequest, context: CallContext, history?: History): Promise<SubgraphResults> {
    return this.measure('subscribe', () => this.source.subscribe(request, context, history));
  }

  ping(signal: AbortSignal): Promise<void> {
    return this.source.ping(signal);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.source[Symbol.asyncDispose]();
  }

  private async measure<T>(kind: 'fetch' | 'subscribe', ask: () => MaybePromise<T>): Promise<T> {
    const startedAt = performance.now();
    let outcome: 'answered' | 'failed' = 'failed';
    try {
      const answer = await ask();
      outcome = 'answered';
      return answer;
    } finally {
      const seconds = (performance.now() - startedAt) / 1000;
      this.meter.subgraph({ subgraph: this.name, kind, outcome, seconds });
    }
  }
}
