import type { ServerResponse } from 'node:http';
import { type GraphQLError, OperationTypeNode } from 'graphql';
import type { Feed, Sink } from '../subscriptions/feed.js';
import { type Frame, toFrame } from '../subscriptions/frame.js';
import type { AdmittedRequest } from './admission.js';
import { COMPLETE, eventOf, eventStreamOutlet, positionOf, retryIn } from './event-stream-format.js';
import type { ClientRequest, GatewayCore } from './gateway-core.js';
import { streamLifetime } from './lifetime.js';
import { admitOperation, executeOperation, subscribeOperation, wantsBookmarks } from './operation.js';
import { setRateHeaders } from './rate-headers.js';
import { requestError } from './request-error.js';
import { sendError } from './respond.js';
import { StreamOutlet } from './stream-outlet.js';

/** A request for a stream. */
export interface StreamRequest {
  readonly method: string;
  /** The GraphQL request as it was sent. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
  /** Id of the last event that the client has seen, as browsers send it when they come back. */
  readonly lastEventId?: string | undefined;
}

/** Answers one operation as server-sent events, graphql-sse's distinct connections mode. */
export async function answerEventStream(
  core: GatewayCore,
  response: ServerResponse,
  request: StreamRequest,
  client: ClientRequest,
): Promise<void> {
  const admitted = await admitOperation(core, request.given, client);
  const refused = 'errors' in admitted ? admitted : undefined;
  setRateHeaders(response, core.admission.rate(client.actor.account), refused?.status);
  if ('errors' in admitted) {
    const [first] = admitted.errors;
    // What is wrong with the document is the stream's only event; who may not ask now is told so before it begins.
    if (admitted.status === 429 && first) return sendError(response, first, 429);
    return single(core, response, toFrame({ result: { errors: admitted.errors } }));
  }
  const { kind } = admitted.prepared.operation;
  if (kind === OperationTypeNode.MUTATION && request.method !== 'POST')
    return sendError(response, requestError('BAD_REQUEST', 'Mutations need POST.'), 405);
  if (kind === OperationTypeNode.SUBSCRIPTION)
    return new EventStream(core, response, request).subscribe(admitted, client);
  single(core, response, toFrame({ result: await executeOperation(core, admitted, client) }));
}

function single(core: GatewayCore, response: ServerResponse, frame: Frame): void {
  const interval = core.limits.heartbeat;
  const outlet = new StreamOutlet(response, { ...eventStreamOutlet, interval, drained: () => undefined });
  outlet.write(eventOf(frame));
  outlet.end(COMPLETE);
}

/** One subscription on one connection. */
class EventStream implements Sink {
  private feed: Feed | undefined;
  private outlet!: StreamOutlet;
  private readonly asked: boolean;

  constructor(
    private readonly core: GatewayCore,
    private readonly response: ServerResponse,
    private readonly request: StreamRequest,
  ) {
    this.asked = wantsBookmarks(request.given);
  }

  subscribe(admitted: AdmittedRequest, client: ClientRequest): void {
    const { core, response, request } = this;
    const { authorization, lastEventId: after } = request;
    const lifetime = streamLifetime(core, response, { actor: client.actor, authorization });
    if (!lifetime) return;
    lifetime.onEnd = (errors) => (errors ? this.feed?.fail(errors) : this.cut());
    const interval = core.limits.heartbeat;
    this.outlet = new StreamOutlet(response, {
      ...eventStreamOutlet,
      interval,
      drained: () => this.feed?.ready(),
    });
    this.feed = subscribeOperation(core, admitted, client, { sink: this, bookmarks: true, after });
  }

  next(frame: Frame): boolean {
    return this.outlet.write(frame.bookmark && !this.asked ? positionOf(frame) : eventOf(frame));
  }

  error(errors: readonly GraphQLError[]): void {
    this.outlet.write(eventOf(toFrame({ result: { errors } })));
    this.complete();
  }

  complete(): void {
    this.outlet.end(COMPLETE);
  }

  /** Ends without `complete`: there was more to come, elsewhere and a little later. */
  private cut(): void {
    this.feed?.close();
    this.outlet.end(retryIn(this.core.comeBack()));
  }
}
