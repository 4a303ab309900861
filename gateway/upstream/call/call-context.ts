import type { OperationTypeNode } from 'graphql';
import type { Actor } from '../../../kernel/actor.js';
import type { AbortSignalLike } from './light-abort-controller.js';
import type { ResponseSize } from './response-size.js';
import type { QueryFetchScope } from './query-fetch-scope.js';

/** Context of a client's operation; one object per request and per event of a subscription. */
export interface CallContext {
  readonly actor: Actor;
  readonly requestId: string;
  /** Address of the client, see transport/core/client-addresses.ts. Undefined for streams, which clients share. */
  readonly clientAddress?: string | undefined;
  /** Operation type: only fetches of a query share loaders. */
  readonly kind: OperationTypeNode;
  /** Aborts when the client disconnects or the deadline passes. */
  readonly signal: AbortSignalLike;
  /** Cursor of an event that subgraphs must have processed before they execute the request. */
  readonly minResourceVersion?: string | undefined;
  /** Response size shared by the operations of a request. Default: separate. */
  readonly size?: ResponseSize | undefined;
  /** State shared by fetches of a query from subgraphs in this process. */
  readonly work?: QueryFetchScope | undefined;
}
