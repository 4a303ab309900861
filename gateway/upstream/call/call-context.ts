import type { OperationTypeNode } from 'graphql';
import type { Actor } from '../../../kernel/actor.js';
import type { AbortSignalLike } from './light-abort-controller.js';
import type { ResponseSize } from './response-size.js';
import type { QueryFetchScope } from './query-fetch-scope.js';

/** On whose behalf and how long a client's operation runs; one object per request, and per event of a subscription. */
export interface CallContext {
  readonly actor: Actor;
  readonly requestId: string;
  /** What the client asked for: fetches of a query may share loaders, those of a mutation may not. */
  readonly kind: OperationTypeNode;
  /** Aborts when the client has left or the time is up. */
  readonly signal: AbortSignalLike;
  /** Cursor of an event that subgraphs must have seen before they answer. */
  readonly minResourceVersion?: string | undefined;
  /** Counts the answer together with others of the same request; default alone. */
  readonly size?: ResponseSize | undefined;
  /** What the fetches of a query from subgraphs of this process share. */
  readonly work?: QueryFetchScope | undefined;
}
