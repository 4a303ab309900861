import { OperationTypeNode } from 'graphql';
import { mapStream } from '../../kernel/graph/mapped-stream.js';
import { SubgraphExecutor } from '../../kernel/graph/subgraph-executor.js';
import type { SubgraphRequest, SubgraphResult } from '../../kernel/graph/wire.js';
import { Loaders } from '../../kernel/loader.js';
import type { Log } from '../../kernel/log.js';
import type { RequestContext, Subgraph } from '../../kernel/subgraph.js';
import type { CallContext } from './call-context.js';
import type { Flights } from './flights.js';
import type { SubgraphSource } from './subgraph-source.js';
import { bodyOf } from './written-request.js';

/** A subgraph in this process. */
export class LocalSource implements SubgraphSource {
  readonly name: string;
  private readonly executor: SubgraphExecutor;
  /** The loaders that the fetches of one query share, so that what one has read the next need not read again. */
  private readonly shared = new WeakMap<CallContext, Loaders>();

  constructor(
    subgraph: Subgraph,
    private readonly flights: Flights,
    log: Log,
  ) {
    this.name = subgraph.name;
    this.executor = new SubgraphExecutor(subgraph, log);
  }

  execute(request: SubgraphRequest, call: CallContext): Promise<SubgraphResult> {
    const loaders = this.loaders(call);
    const key = `${this.name}\n${bodyOf(request)}`;
    return this.flights.share(call, key, (signal) =>
      this.executor.execute(request, context({ ...call, signal }, loaders)),
    );
  }

  async subscribe(
    request: SubgraphRequest,
    call: CallContext,
  ): Promise<AsyncGenerator<SubgraphResult, undefined>> {
    const results = await this.executor.subscribe(request, () => context(call, new Loaders()), call.signal);
    return mapStream(results, (result) => {
      this.flights.forget(call.actor.account);
      return result;
    });
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  private loaders(call: CallContext): Loaders {
    if (call.kind !== OperationTypeNode.QUERY) return new Loaders();
    const loaders = this.shared.get(call) ?? new Loaders();
    this.shared.set(call, loaders);
    return loaders;
  }
}

function context({ actor, requestId, signal, atLeast }: CallContext, loaders: Loaders): RequestContext {
  return { actor, requestId, signal, loaders, atLeast };
}
