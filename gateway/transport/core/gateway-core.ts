import type { Actor } from '../../../kernel/actor.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Log } from '../../../kernel/log.js';
import type { Authenticator } from '../../auth/authenticator.js';
import type { TokenExpiryWatcher } from '../../auth/token-expiry-watcher.js';
import type { ErrorMasker } from '../../errors/error-masker.js';
import type { AbortSignalLike } from '../../upstream/call/light-abort-controller.js';
import type { ResponseSize } from '../../upstream/call/response-size.js';
import type { GraphExecutor } from '../../execution/graph-executor.js';
import type { Limits } from '../../request/limits/limits.js';
import type { PersistedDocuments } from '../../request/documents/persisted-documents.js';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.js';
import type { PermissionWatcher } from '../../subscriptions/permission-watcher.js';
import type { Subscriptions } from '../../subscriptions/subscriptions.js';
import type { Admission } from '../../request/admission.js';
import type { AccountCounter } from '../../request/limits/account-counter.js';
import type { RequestQueue } from '../../request/request-queue.js';

/** What every transport needs to answer requests; the transports differ only in how they read and write. */
export interface GatewayCore {
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly documents: PersistedDocuments;
  readonly executor: GraphExecutor;
  readonly mask: ErrorMasker;
  readonly limits: Limits;
  readonly meter: GatewayMetrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly expiries: TokenExpiryWatcher;
  readonly rights: PermissionWatcher;
  readonly subscriptions: Subscriptions;
  readonly connections: AccountCounter;
  /** Places for HTTP requests, from before their body is read until their answer is read or has become a stream. */
  readonly requests: RequestQueue;
  /** Places for the operations that share a request or a connection: of batches, WebSockets, reserved streams. */
  readonly operations: RequestQueue;
  /** Aborts when the gateway drains: long-lived connections end, so that clients resume elsewhere. */
  readonly draining: AbortSignal;
  /** Milliseconds after which a client whose connection is ended may come back; another for each. */
  readonly reconnectDelay: () => number;
}

/** A client's request, once it is known who asks. */
export interface AuthenticatedRequest {
  readonly actor: Actor;
  readonly requestId: string;
  /** Counts what all operations of the request answer; default each by itself. */
  readonly size?: ResponseSize | undefined;
  /** Aborts when the client has left. */
  readonly gone: AbortSignalLike;
  /** Resolves when a refusal for want of a place may be told. Default at once. */
  readonly refusalTurn?: (() => Promise<void>) | undefined;
  /** Called when the answer goes on as a stream: it takes no place among the account's requests any more. */
  readonly streaming?: (() => void) | undefined;
}
