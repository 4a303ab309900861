import { GraphQLError } from 'graphql';
import type { SubgraphRequest, SubgraphResult } from '../../kernel/graph/wire.js';
import type { CallContext } from './call-context.js';

/** Where a subgraph is asked: in this process or over HTTP. */
export interface SubgraphSource extends AsyncDisposable {
  readonly name: string;
  /** Runs a query or mutation. Throws SERVICE_UNAVAILABLE when the subgraph cannot be reached. */
  execute(request: SubgraphRequest, context: CallContext): Promise<SubgraphResult>;
  /** Opens a subscription; a result without `data` is its last. Throws SERVICE_UNAVAILABLE when the subgraph is lost. */
  subscribe(
    request: SubgraphRequest,
    context: CallContext,
  ): Promise<AsyncGenerator<SubgraphResult, undefined>>;
  /** Answers when the subgraph is there; throws otherwise. */
  ping(signal: AbortSignal): Promise<void>;
}

/** The subgraph is not there now; a client may try again or resume. */
export function unavailable(name: string, cause?: unknown): GraphQLError {
  return new GraphQLError(`The subgraph ${name} cannot be reached now.`, {
    extensions: { code: 'SERVICE_UNAVAILABLE' },
    ...(cause instanceof Error ? { originalError: cause } : {}),
  });
}
