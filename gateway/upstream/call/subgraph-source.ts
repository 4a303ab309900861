import { GraphQLError } from 'graphql';
import type { SubgraphRequest, SubgraphResult } from '../../../protocol/wire.js';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import type { CallContext } from './call-context.js';
import { isRecord } from '../../../kernel/is-record.js';

/** Of a subscription that begins with what has been before. */
export interface ReplayOptions {
  /** Asks for what comes behind a position; left out where the stream tells none. */
  readonly requestAfter?: ((position: string) => SubgraphRequest) | undefined;
}

/** What a subgraph tells in a subscription, pulled one after another. */
export type SubgraphResults = AsyncIterator<SubgraphResult, undefined>;

/** Where a subgraph is asked: in this process or over HTTP. */
export interface SubgraphSource extends AsyncDisposable {
  readonly name: string;
  /** Runs a query or mutation. Throws SERVICE_UNAVAILABLE when the subgraph cannot be reached. */
  execute(request: SubgraphRequest, context: CallContext): MaybePromise<SubgraphResult>;
  /**
   * Opens a subscription; a result without `data` is its last. Throws SERVICE_UNAVAILABLE when the subgraph is lost, and
   * SLOW_CONSUMER when too much would have to be kept for who pulls; never while what has been before (`history`) is told.
   */
  subscribe(
    request: SubgraphRequest,
    context: CallContext,
    history?: ReplayOptions,
  ): Promise<SubgraphResults>;
  /** Answers when the subgraph is there; throws otherwise. */
  ping(signal: AbortSignal): Promise<void>;
}

/** The source of a subgraph. Throws when there is none of that name. */
export function sourceOf(sources: ReadonlyMap<string, SubgraphSource>, name: string): SubgraphSource {
  const source = sources.get(name);
  if (!source) throw new Error(`there is no subgraph ${name}`);
  return source;
}

/** What a subgraph has answered, as far as it is an answer. */
export function validResult(result: SubgraphResult): SubgraphResult {
  return isRecord(result.data) || Array.isArray(result.errors) ? result : {};
}

/** The subgraph is not there now; a client may try again or resume. */
export function serviceUnavailableError(name: string, cause?: unknown): GraphQLError {
  return new GraphQLError(`The subgraph ${name} cannot be reached now.`, {
    extensions: { code: 'SERVICE_UNAVAILABLE' },
    ...(cause instanceof Error ? { originalError: cause } : {}),
  });
}

/** More has happened than is kept for somebody who does not take it. */
export function slowConsumerError(): GraphQLError {
  return new GraphQLError('Slow consumer: the client did not read events fast enough. Resubscribe.', {
    extensions: { code: 'SLOW_CONSUMER' },
  });
}

export function isSlowConsumerError(error: unknown): boolean {
  return error instanceof GraphQLError && error.extensions['code'] === 'SLOW_CONSUMER';
}
