import type { ServerResponse } from 'node:http';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { ClientSubscription, Sink } from '../../subscriptions/client-subscription.js';
import { type SerializedEvent, serializeEvent } from '../../subscriptions/serialized-event.js';
import type { AdmittedRequest } from '../../request/admission.js';
import { COMPLETE, eventOf, eventStreamFormat, positionOf, retryIn } from './event-stream-format.js';
import type { AuthenticatedRequest, GatewayCore } from '../core/gateway-core.js';
import type { StreamRequest } from './stream-request.js';
import { streamLifetime } from './stream-lifetime.js';
import { subscribeOperation, wantsBookmarks } from '../core/operation.js';
import { StreamWriter } from './stream-writer.js';

/** Sends one result as server-sent events: `next`, then `complete`. */
export function sendAsEvents(core: GatewayCore, response: ServerResponse, result: ExecutionResult): void {
  const interval = core.limits.heartbeat;
  const writer = new StreamWriter(response, { ...eventStreamFormat, interval, drained: () => undefined });
  writer.write(eventOf(serializeEvent({ result })));
  writer.end(COMPLETE);
}

/** One subscription on one connection (distinct connections mode of graphql-sse). */
export class EventStream implements Sink {
  private subscription: ClientSubscription | undefined;
  private writer!: StreamWriter;
  private readonly bookmarksRequested: boolean;

  constructor(
    private readonly core: GatewayCore,
    private readonly response: ServerResponse,
    private readonly request: StreamRequest,
  ) {
    this.bookmarksRequested = wantsBookmarks(request.params);
  }

  subscribe(admitted: AdmittedRequest, client: AuthenticatedRequest): void {
    const { core, response, request } = this;
    const { authorization, lastEventId: after } = request;
    const lifetime = streamLifetime(core, response, { actor: client.actor, authorization });
    if (!lifetime) return;
    client.streaming?.();
    lifetime.onEnd = (errors) => (errors ? this.subscription?.fail(errors) : this.cut());
    const interval = core.limits.heartbeat;
    this.writer = new StreamWriter(response, {
      ...eventStreamFormat,
      interval,
      drained: () => this.subscription?.ready(),
    });
    this.subscription = subscribeOperation(core, admitted, client, { sink: this, bookmarks: true, after });
  }

  next(event: SerializedEvent): boolean {
    return this.writer.write(event.bookmark && !this.bookmarksRequested ? positionOf(event) : eventOf(event));
  }

  error(errors: readonly GraphQLError[]): void {
    this.writer.write(eventOf(serializeEvent({ result: { errors } })));
    this.complete();
  }

  complete(): void {
    this.writer.end(COMPLETE);
  }

  /** Ends the stream without `complete`, so that the client reconnects and resumes. */
  private cut(): void {
    this.subscription?.close();
    this.writer.end(retryIn(this.core.reconnectDelay()));
  }
}
