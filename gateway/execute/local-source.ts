import { OperationTypeNode } from 'graphql';
import { SubgraphExecutor } from '../../kernel/graph/subgraph-executor.js';
import type { SubgraphRequest, SubgraphResult } from '../../kernel/graph/wire.js';
import { Loaders } from '../../kernel/loader.js';
import type { Log } from '../../kernel/log.js';
import type { RequestContext, Subgraph } from '../../kernel/subgraph.js';
import type { CallContext } from './call-context.js';
import type { SubgraphSource } from './subgraph-source.js';

/** A subgraph in this process. */
export class LocalSource implements SubgraphSource {
  readonly name: string;
  private readonly executor: SubgraphExecutor;
  /** The loaders that the fetches of one query share, so that what one has read the next need not read again. */
  private readonly shared = new WeakMap<CallContext, Loaders>();

  constructor(subgraph: Subgraph, log: Log) {
    this.name = subgraph.name;
    this.executor = new SubgraphExecutor(subgraph, log);
  }

  execute(request: SubgraphRequest, call: CallContext): Promise<SubgraphResult> {
    return this.executor.execute(request, context(call, this.loaders(call)));
  }

  subscribe(request: SubgraphRequest, call: CallContext): Promise<AsyncGenerator<SubgraphResult, undefined>> {
    return this.executor.subscribe(request, () => context(call, new Loaders()), call.signal);
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

function context({ actor, requestId, signal }: CallContext, loaders: Loaders): RequestContext {
  return { actor, requestId, signal, loaders };
}
