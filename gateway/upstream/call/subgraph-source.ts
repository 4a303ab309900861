import { GraphQLError } from 'graphql';
import type { SubgraphRequest, SubgraphResult } from '../../../protocol/wire.js';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import type { CallContext } from './call-context.js';
import { isRecord } from '../../../kernel/is-record.js';

/** Options of a subscription that starts with a replay. */
export interface ReplayOptions {
  /** Creates the request that resumes after a position; undefined when the stream has no positions. */
  readonly requestAfter?: ((position: string) => SubgraphRequest) | undefined;
}

/** Results of a subscription, pulled one at a time. */
export type SubgraphResults = AsyncIterator<SubgraphResult, undefined>;

/** Access to a subgraph, in this process or over HTTP. */
export interface SubgraphSource extends AsyncDisposable {
  readonly name: string;
  /** Runs a query or mutation. Throws SERVICE_UNAVAILABLE when the subgraph cannot be reached. */
  execute(request: SubgraphRequest, context: CallContext): MaybePromise<SubgraphResult>;
  /**
   * Opens a subscription; a result without `data` is the last one. Throws SERVICE_UNAVAILABLE when the subgraph
   * is lost, and SLOW_CONSUMER when the buffer of the consumer is full, but not during a replay (`history`).
   */
  subscribe(
    request: SubgraphRequest,
    context: CallContext,
    history?: ReplayOptions,
  ): Promise<SubgraphResults>;
  /** Resolves when the subgraph is ready; rejects otherwise. */
  ping(signal: AbortSignal): Promise<void>;
}

/** The source of a subgraph. Throws when the supergraph has no subgraph of that name. */
export function sourceOf(sources: ReadonlyMap<string, SubgraphSource>, name: string): SubgraphSource {
  const source = sources.get(name);
  if (!source) throw new Error(`there is no subgraph ${name}`);
  return source;
}

/** The result if it is a valid GraphQL result, else an empty one. */
export function validResult(result: SubgraphResult): SubgraphResult {
  return isRecord(result.data) || Array.isArray(result.errors) ? result : {};
}

/** The subgraph is unavailable; clients may retry or resume. */
export function serviceUnavailableError(name: string, cause?: unknown): GraphQLError {
  return new GraphQLError(`The subgraph ${name} cannot be reached now.`, {
    extensions: { code: 'SERVICE_UNAVAILABLE' },
    ...(cause instanceof Error ? { originalError: cause } : {}),
  });
}

/** The buffer of a slow consumer is full. */
export function slowConsumerError(): GraphQLError {
  return new GraphQLError('Slow consumer: the client did not read events fast enough. Resubscribe.', {
    extensions: { code: 'SLOW_CONSUMER' },
  });
}

export function isSlowConsumerError(error: unknown): boolean {
  return error instanceof GraphQLError && error.extensions['code'] === 'SLOW_CONSUMER';
}
