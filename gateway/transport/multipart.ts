import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GraphQLError, OperationTypeNode } from 'graphql';
import type { Feed, Sink } from '../subscriptions/feed.js';
import type { Frame } from '../subscriptions/frame.js';
import type { AdmittedRequest } from './admission.js';
import type { StreamRequest } from './event-stream.js';
import type { ClientRequest, GatewayCore } from './gateway-core.js';
import { streamLifetime } from './lifetime.js';
import { admitOperation, executeOperation, subscribeOperation, wantsBookmarks } from './operation.js';
import { setRateHeaders } from './rate-headers.js';
import { requestError } from './request-error.js';
import { send, sendError } from './respond.js';
import { StreamOutlet } from './stream-outlet.js';

const BOUNDARY = 'graphql';
const PART = 'content-type: application/json\r\n\r\n';
/** The delimiter goes behind each part: readers take a part when they see where it ends. */
const NEXT = `\r\n--${BOUNDARY}\r\n`;
const LAST = `\r\n--${BOUNDARY}--\r\n`;
const JSON_TYPE = 'application/json; charset=utf-8';

/** Whether the client asks for Apollo's multipart subscription protocol, version 1.0. */
export function wantsMultipart({ headers }: IncomingMessage): boolean {
  return (headers.accept ?? '')
    .toLowerCase()
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((range) => range.split(';').map((part) => part.trim().replaceAll('"', '').replaceAll(' ', '')))
    .some(
      ([type, ...parameters]) => type === 'multipart/mixed' && parameters.includes('subscriptionspec=1.0'),
    );
}

/** Answers a subscription as multipart over HTTP, as Apollo's clients read it; other operations as JSON. */
export async function answerMultipart(
  core: GatewayCore,
  response: ServerResponse,
  request: StreamRequest,
  client: ClientRequest,
): Promise<void> {
  const admitted = await admitOperation(core, request.given, client);
  const refused = 'errors' in admitted ? admitted : undefined;
  setRateHeaders(response, core.admission.rate(client.actor.account), refused?.status);
  if ('errors' in admitted) {
    const { errors, status } = admitted;
    return send(response, status, JSON_TYPE, JSON.stringify({ errors }));
  }
  const { kind } = admitted.prepared.operation;
  if (kind === OperationTypeNode.MUTATION && request.method !== 'POST')
    return sendError(response, requestError('BAD_REQUEST', 'Mutations need POST.'), 405);
  if (kind === OperationTypeNode.SUBSCRIPTION)
    return new MultipartStream(core, response, request).subscribe(admitted, client);
  send(response, 200, JSON_TYPE, JSON.stringify(await executeOperation(core, admitted, client)));
}

/** One subscription on one connection. */
class MultipartStream implements Sink {
  private feed: Feed | undefined;
  private outlet!: StreamOutlet;

  constructor(
    private readonly core: GatewayCore,
    private readonly response: ServerResponse,
    private readonly request: StreamRequest,
  ) {}

  subscribe(admitted: AdmittedRequest, client: ClientRequest): void {
    const { core, response, request } = this;
    const { authorization } = request;
    const lifetime = streamLifetime(core, response, { actor: client.actor, authorization });
    if (!lifetime) return;
    lifetime.onEnd = (errors) => this.feed?.fail(errors ?? [comeBack(core.comeBack())]);
    this.outlet = new StreamOutlet(response, {
      headers: { 'content-type': `multipart/mixed;boundary="${BOUNDARY}";subscriptionSpec=1.0` },
      opening: `--${BOUNDARY}\r\n`,
      heartbeat: `${PART}{}${NEXT}`,
      interval: Math.min(core.limits.heartbeat, 5000),
      drained: () => this.feed?.ready(),
    });
    const bookmarks = wantsBookmarks(request.given);
    this.feed = subscribeOperation(core, admitted, client, { sink: this, bookmarks });
  }

  next({ payload }: Frame): boolean {
    return this.outlet.write(`${PART}{"payload":${payload.toString()}}${NEXT}`);
  }

  /** Errors outside of `payload` say that the stream itself has ended. */
  error(errors: readonly GraphQLError[]): void {
    this.outlet.end(`${PART}${JSON.stringify({ payload: null, errors })}${LAST}`);
  }

  complete(): void {
    this.outlet.end(`${PART}{}${LAST}`);
  }
}

function comeBack(milliseconds: number): GraphQLError {
  const error = requestError('SERVICE_UNAVAILABLE', 'The gateway restarts. Subscribe again.');
  Object.assign(error.extensions, { retryAfter: Math.ceil(milliseconds / 1000), retryAfterMs: milliseconds });
  return error;
}
