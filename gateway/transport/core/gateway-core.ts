import type { Actor } from '../../../kernel/actor.js';
import type { Clock } from '../../../kernel/clock.js';
import type { Log } from '../../../kernel/log.js';
import type { Authenticator } from '../../auth/authenticator.js';
import type { TokenExpiryWatcher } from '../../auth/token-expiry-watcher.js';
import type { ErrorMasker } from '../../errors/error-masker.js';
import type { AbortSignalLike } from '../../upstream/call/light-abort-controller.js';
import type { ResponseSize } from '../../upstream/call/response-size.js';
import type { GraphExecutor } from '../../execution/graph-executor.js';
import type { ClientAddresses } from './client-addresses.js';
import type { Limits } from '../../request/limits/limits.js';
import type { PersistedDocuments } from '../../request/documents/persisted-documents.js';
import type { GatewayMetrics } from '../../metrics/gateway-metrics.js';
import type { PermissionWatcher } from '../../subscriptions/permission-watcher.js';
import type { Subscriptions } from '../../subscriptions/subscriptions.js';
import type { Admission } from '../../request/admission.js';
import type { AccountCounter } from '../../request/limits/account-counter.js';
import type { LargeBodies } from '../../request/large-bodies.js';
import type { RequestQueue } from '../../request/request-queue.js';

/** Dependencies that all transports share. */
export interface GatewayCore {
  readonly authenticator: Authenticator;
  readonly clientAddresses: ClientAddresses;
  /** Admission for the active supergraph; a reload replaces it. */
  readonly admission: Admission;
  readonly documents: PersistedDocuments;
  readonly executor: GraphExecutor;
  readonly mask: ErrorMasker;
  readonly limits: Limits;
  readonly metrics: GatewayMetrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly tokenExpiries: TokenExpiryWatcher;
  readonly permissions: PermissionWatcher;
  readonly subscriptions: Subscriptions;
  readonly connections: AccountCounter;
  /**
   * Concurrency limit of HTTP requests. A request holds its slot from before its body is read until its
   * response has been sent or has become a stream.
   */
  readonly requests: RequestQueue;
  /**
   * Concurrency limit of operations that share a request or connection: of batches, WebSockets and reserved
   * streams.
   */
  readonly operations: RequestQueue;
  readonly largeBodies: LargeBodies;
  /** Aborts when the gateway drains: long-lived connections end, so that clients resume on another gateway. */
  readonly draining: AbortSignal;
  /** Returns a random delay in milliseconds after which a disconnected client should reconnect. */
  readonly reconnectDelay: () => number;
}

/** A request whose client is authenticated. */
export interface AuthenticatedRequest {
  readonly actor: Actor;
  readonly requestId: string;
  readonly clientAddress: string | undefined;
  /**
   * Response size counted over all operations of the request. Default: each operation is counted separately.
   */
  readonly size?: ResponseSize | undefined;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignalLike;
  /** Resolves when a rejection because of the concurrency limit may be sent. Default: immediately. */
  readonly rejectionTurn?: (() => Promise<void>) | undefined;
  /** Called when the response becomes a stream: it releases its slot among the account's requests. */
  readonly streaming?: (() => void) | undefined;
}
