import type { ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { ClientSubscription, Sink } from '../../subscriptions/client-subscription.js';
import type { SerializedEvent } from '../../subscriptions/serialized-event.js';
import type { AdmittedRequest } from '../../request/admission.js';
import type { AuthenticatedRequest, GatewayCore } from '../core/gateway-core.js';
import type { StreamRequest } from './stream-request.js';
import { streamLifetime } from './stream-lifetime.js';
import { subscribeOperation, wantsBookmarks } from '../core/operation.js';
import { requestError } from '../core/request-error.js';
import { StreamWriter } from './stream-writer.js';

const BOUNDARY = 'graphql';
const PART = 'content-type: application/json\r\n\r\n';
/** The delimiter follows each part, because clients process a part when they read its end. */
const NEXT = `\r\n--${BOUNDARY}\r\n`;
const LAST = `\r\n--${BOUNDARY}--\r\n`;

/** One subscription on one connection, in Apollo's multipart protocol. */
export class MultipartStream implements Sink {
  private subscription: ClientSubscription | undefined;
  private writer!: StreamWriter;

  constructor(
    private readonly core: GatewayCore,
    private readonly response: ServerResponse,
    private readonly request: StreamRequest,
  ) {}

  subscribe(admitted: AdmittedRequest, client: AuthenticatedRequest): void {
    const { core, response, request } = this;
    const { authorization } = request;
    const lifetime = streamLifetime(core, response, { actor: client.actor, authorization });
    if (!lifetime) return;
    client.streaming?.();
    lifetime.onEnd = (errors) => this.subscription?.fail(errors ?? [reconnectError(core.reconnectDelay())]);
    this.writer = new StreamWriter(response, {
      headers: { 'content-type': `multipart/mixed;boundary="${BOUNDARY}";subscriptionSpec=1.0` },
      opening: `--${BOUNDARY}\r\n`,
      heartbeat: `${PART}{}${NEXT}`,
      interval: Math.min(core.limits.heartbeat, 5000),
      drained: () => this.subscription?.ready(),
    });
    const bookmarks = wantsBookmarks(request.params);
    this.subscription = subscribeOperation(core, admitted, client, { sink: this, bookmarks });
  }

  next({ text }: SerializedEvent): boolean {
    return this.writer.write(`${PART}{"payload":${text}}${NEXT}`);
  }

  /** Errors outside of `payload` mean that the stream itself has ended. */
  error(errors: readonly GraphQLError[]): void {
    this.writer.end(`${PART}${JSON.stringify({ payload: null, errors })}${LAST}`);
  }

  complete(): void {
    this.writer.end(`${PART}{}${LAST}`);
  }
}

function reconnectError(milliseconds: number): GraphQLError {
  const error = requestError('SERVICE_UNAVAILABLE', 'The gateway restarts. Subscribe again.');
  Object.assign(error.extensions, { retryAfter: Math.ceil(milliseconds / 1000), retryAfterMs: milliseconds });
  return error;
}
