import type { Actor } from '../../kernel/actor.js';
import { mapStream } from '../../protocol/mapped-stream.js';
import type { SubgraphRequest, SubgraphResult } from '../../protocol/wire.js';
import { Loaders } from '../../kernel/loaders.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import type { AbortScope } from '../../kernel/request-scope.js';
import type { SubgraphContext, SubgraphEndpoint } from '../../protocol/subgraph-endpoint.js';
import type { CallContext } from './call/call-context.js';
import { type AbortSignalLike, nativeSignal } from './call/light-abort-controller.js';
import type { InFlightRequests } from './call/in-flight-requests.js';
import type { SubgraphResults, SubgraphSource } from './call/subgraph-source.js';
import { requestKey } from './call/serialized-request.js';

/** A subgraph in this process. */
export class LocalSource implements SubgraphSource {
  readonly name: string;

  constructor(
    private readonly subgraph: SubgraphEndpoint,
    private readonly inFlightRequests: InFlightRequests,
  ) {
    this.name = subgraph.name;
  }

  execute(request: SubgraphRequest, call: CallContext): MaybePromise<SubgraphResult> {
    const run = (loaders: Loaders, signal: AbortSignalLike) =>
      this.subgraph.execute(request, new LocalContext(call, signal, loaders));
    const start = (signal: AbortSignalLike) =>
      call.work ? call.work.fetch(signal, run) : run(new Loaders(), signal);
    return this.inFlightRequests.share(call, { subgraph: this.name, key: () => requestKey(request) }, start);
  }

  async subscribe(request: SubgraphRequest, call: CallContext): Promise<SubgraphResults> {
    const results = await this.subgraph.subscribe(
      request,
      () => new LocalContext(call, call.signal, new Loaders()),
      nativeSignal(call.signal),
    );
    return mapStream(results, (result) => {
      this.inFlightRequests.invalidate(call.actor.account);
      return result;
    });
  }

  ping(): Promise<void> {
    return this.subgraph.checkReady();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

class LocalContext implements SubgraphContext {
  readonly actor: Actor;
  readonly requestId: string;
  readonly clientAddress: string | undefined;
  readonly minResourceVersion: string | undefined;
  readonly abortScope: AbortScope | undefined;

  constructor(
    call: CallContext,
    private readonly cancelled: AbortSignalLike,
    readonly loaders: Loaders,
  ) {
    this.actor = call.actor;
    this.requestId = call.requestId;
    this.clientAddress = call.clientAddress;
    this.minResourceVersion = call.minResourceVersion;
    this.abortScope = call.work;
  }

  /** Created lazily, because few resolvers use it. */
  get signal(): AbortSignal {
    return nativeSignal(this.cancelled);
  }
}
