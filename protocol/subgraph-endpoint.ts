import type { Actor } from '../kernel/actor.js';
import type { Loaders } from '../kernel/loaders.js';
import type { MaybePromise } from '../kernel/maybe-promise.js';
import type { AbortScope } from '../kernel/request-scope.js';
import type { SubgraphRequest, SubgraphResult } from './wire.js';

/** The context in which a subgraph executes a request, or an event of a subscription. */
export interface SubgraphContext {
  readonly actor: Actor;
  /** Correlates log entries and errors of one client request. */
  readonly requestId: string;
  /** Address of the client. Undefined for streams, which clients share. */
  readonly clientAddress?: string | undefined;
  /** Batch loaders of this request. */
  readonly loaders: Loaders;
  /** Aborts when the client disconnects; ends the source of a subscription. */
  readonly signal?: AbortSignal | undefined;
  /** Holds the signal for everything that is executed together with this request. Default: this context. */
  readonly abortScope?: AbortScope | undefined;
  /** Cursor of an event: the result must not be older. */
  readonly minResourceVersion?: string | undefined;
}

/** A subgraph in the same process, called directly instead of over HTTP. */
export interface SubgraphEndpoint {
  readonly name: string;
  /** Executes a query or a mutation. */
  execute(request: SubgraphRequest, context: SubgraphContext): MaybePromise<SubgraphResult>;
  /** Opens a subscription; `newContext` creates the context of each event. A result without `data` is the last. */
  subscribe(
    request: SubgraphRequest,
    newContext: () => SubgraphContext,
    signal?: AbortSignal,
  ): Promise<AsyncGenerator<SubgraphResult, undefined>>;
  /** Throws `NotReadyError` while the subgraph cannot do its work. */
  checkReady(): Promise<void>;
}
