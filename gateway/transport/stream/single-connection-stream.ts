import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GraphQLError, OperationTypeNode } from 'graphql';
import type { Actor } from '../../../kernel/actor.js';
import type { ClientSubscription, Sink } from '../../subscriptions/client-subscription.js';
import { type SerializedEvent, serializeEvent } from '../../subscriptions/serialized-event.js';
import { eventStreamFormat, retryIn } from './event-stream-format.js';
import type { AuthenticatedRequest, GatewayCore } from '../core/gateway-core.js';
import { streamLifetime, watchCredentials } from './stream-lifetime.js';
import { admitOperation, runAdmittedInTurn } from '../core/operation.js';
import { setRateHeaders } from '../http/rate-headers.js';
import { requestError } from '../core/request-error.js';
import { send, sendError } from '../http/respond.js';
import { StreamWriter } from './stream-writer.js';
import { MAX_ID } from '../core/operation-id.js';
import { drainRoundRobin } from '../core/round-robin.js';
import { UNREAD_BYTES } from '../core/unread-limit.js';

const TOKEN_HEADER = 'x-graphql-event-stream-token';
const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

/** The token of a reserved stream, from the header or the query string. */
export function streamToken({ headers, url = '/' }: IncomingMessage): string | undefined {
  const header = headers[TOKEN_HEADER];
  if (typeof header === 'string') return header;
  if (!url.includes('token=')) return undefined;
  return new URL(url, 'http://gateway').searchParams.get('token') ?? undefined;
}

/** A request about a reserved stream. */
export interface ReservedStreamRequest {
  readonly token: string;
  readonly authorization: string | undefined;
}

/** A request to run an operation on a reserved stream. */
export interface StreamOperationRequest {
  readonly method: string;
  /** Parameters of the GraphQL request. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
  readonly client: AuthenticatedRequest;
}

/**
 * Single connection mode of graphql-sse: a client reserves a stream, opens it once and runs many operations on
 * it.
 */
export class SingleConnectionStreams {
  private readonly streams = new Map<string, ReservedStream>();

  constructor(private readonly core: GatewayCore) {}

  /**
   * PUT: reserves a stream and answers its token. The stream must be opened within the initialisation timeout
   * of WebSockets.
   */
  reserve(response: ServerResponse, actor: Actor): void {
    const { core } = this;
    const release = core.connections.take(actor.account);
    if (!release)
      return sendError(
        response,
        requestError('LIMIT_EXCEEDED', 'The account has too many connections.'),
        429,
      );
    const token = randomUUID();
    const stream = new ReservedStream(core, actor, {
      reservation: release,
      stream: () => this.streams.delete(token),
    });
    this.streams.set(token, stream);
    send(response, 201, TEXT, token);
  }

  /** GET: opens the stream. */
  open(
    response: ServerResponse,
    { token, authorization }: ReservedStreamRequest,
    client: AuthenticatedRequest,
  ): void {
    const stream = this.find(token, client.actor);
    if (!stream) return notFound(response);
    if (stream.isOpen)
      return sendError(response, requestError('BAD_REQUEST', 'The stream is already open.'), 409);
    stream.open(response, authorization);
    client.streaming?.();
  }

  /**
   * POST or GET: runs an operation whose events are sent on the stream. Errors of the request are its response;
   * 202 means that everything else follows on the stream.
   */
  async run(response: ServerResponse, token: string, asked: StreamOperationRequest): Promise<void> {
    const stream = this.find(token, asked.client.actor);
    if (!stream) return notFound(response);
    const { operationId } = Object(asked.params['extensions']) as { operationId?: unknown };
    if (typeof operationId !== 'string' || operationId === '' || operationId.length > MAX_ID)
      return sendError(
        response,
        requestError('BAD_REQUEST', `extensions.operationId must have 1 to ${MAX_ID} characters.`),
        400,
      );
    return stream.run(response, operationId, asked);
  }

  /** DELETE: ends an operation. */
  end(response: ServerResponse, request: IncomingMessage, actor: Actor): void {
    const stream = this.find(streamToken(request) ?? '', actor);
    if (!stream) return notFound(response);
    const id = new URL(request.url ?? '/', 'http://gateway').searchParams.get('operationId');
    if (!id) return sendError(response, requestError('BAD_REQUEST', 'operationId is missing.'), 400);
    stream.end(id);
    send(response, 200, TEXT, '');
  }

  /** A stream is only found by its own account and subject. */
  private find(token: string, { account, subject }: Actor): ReservedStream | undefined {
    const stream = this.streams.get(token);
    return stream?.actor.account === account && stream.actor.subject === subject ? stream : undefined;
  }
}

function notFound(response: ServerResponse): void {
  sendError(response, requestError('BAD_REQUEST', 'Stream not found.'), 404);
}

/** A reserved stream: first reserved, then open, then gone. */
class ReservedStream {
  private readonly operations = new Map<string, StreamOperation>();
  private readonly unopened: NodeJS.Timeout;
  private writer: StreamWriter | undefined;
  /** Messages queued until the stream is opened: at most one event and one completion per operation. */
  private waiting: string[] = [];
  private waitingBytes = 0;

  constructor(
    private readonly core: GatewayCore,
    readonly actor: Actor,
    private readonly release: { readonly reservation: () => void; readonly stream: () => void },
  ) {
    this.unopened = setTimeout(() => this.gone(), core.limits.connectionInitTimeout);
    this.unopened.unref();
  }

  get isOpen(): boolean {
    return this.writer !== undefined;
  }

  open(response: ServerResponse, authorization: string | undefined): void {
    clearTimeout(this.unopened);
    // `streamLifetime` counts the connection instead.
    this.release.reservation();
    const { core, actor } = this;
    const lifetime = streamLifetime(core, response, { actor, authorization });
    if (!lifetime) return this.gone();
    const writer = new StreamWriter(response, {
      ...eventStreamFormat,
      interval: core.limits.heartbeat,
      drained: () => this.drained(),
    });
    this.writer = writer;
    lifetime.onEnd = (errors) => {
      for (const operation of [...this.operations.values()]) {
        if (errors) operation.fail(errors);
        else operation.subscription?.close();
      }
      writer.end(retryIn(core.reconnectDelay()));
    };
    response.once('close', () => this.gone());
    let takes = true;
    for (const text of this.waiting.splice(0)) takes = writer.write(text);
    if (takes) this.drained();
  }

  async run(response: ServerResponse, id: string, asked: StreamOperationRequest): Promise<void> {
    if (this.operations.has(id))
      return sendError(response, requestError('BAD_REQUEST', 'The operation id is in use.'), 409);
    const { operationsPerSocket } = this.core.limits;
    if (Math.max(this.operations.size, this.waiting.length / 2) >= operationsPerSocket)
      return sendError(
        response,
        requestError('LIMIT_EXCEEDED', `A stream may run ${operationsPerSocket} operations at once.`),
        429,
      );
    const operation = new StreamOperation(id, {
      needsDrain: () => this.writer?.needsDrain ?? false,
      write: (text) => this.write(text),
      forget: () => this.operations.delete(id),
    });
    this.operations.set(id, operation);
    try {
      await this.accept(response, operation, asked);
    } finally {
      if (!operation.accepted) this.operations.delete(id);
    }
  }

  /** Answers 202 and starts the operation, or sends the errors of the request. */
  private async accept(
    response: ServerResponse,
    operation: StreamOperation,
    { method, params, authorization, client: asker }: StreamOperationRequest,
  ): Promise<void> {
    const { core } = this;
    const client = { ...asker, gone: operation.gone.signal };
    const admitted = await admitOperation(core, params, client);
    const refused = 'errors' in admitted ? admitted : undefined;
    setRateHeaders(response, core.admission.rate(client.actor.account), refused?.errors);
    if ('errors' in admitted) {
      const { errors, status } = admitted;
      return send(response, status, JSON_TYPE, JSON.stringify({ errors }));
    }
    if (admitted.prepared.operation.kind === OperationTypeNode.MUTATION && method !== 'POST')
      return sendError(response, requestError('BAD_REQUEST', 'Mutations need POST.'), 405);
    // The operation or its stream ended during admission.
    if (client.gone.aborted) return void response.writeHead(204).end();
    operation.accepted = true;
    // The operation has its own token, which may expire before the token of the stream.
    const bearer = { actor: client.actor, authorization };
    operation.unwatch = watchCredentials(core, bearer, (errors) => operation.fail(errors));
    send(response, 202, TEXT, '');
    runAdmittedInTurn(core, admitted, { params, client, sink: operation }).then(
      (subscription) => void (operation.subscription = subscription),
      (error: unknown) => operation.error([core.mask.error(error, client.requestId)]),
    );
  }

  end(id: string): void {
    const operation = this.operations.get(id);
    if (!operation) return;
    operation.gone.abort();
    if (operation.accepted) operation.complete();
  }

  private write(text: string): boolean {
    if (this.writer) return this.writer.write(text);
    this.waiting.push(text);
    this.waitingBytes += text.length;
    if (this.waitingBytes > UNREAD_BYTES) this.gone();
    return false;
  }

  private drained(): void {
    if (this.writer) drainRoundRobin(this.operations, this.writer);
  }

  private gone(): void {
    clearTimeout(this.unopened);
    this.waiting = [];
    for (const operation of [...this.operations.values()]) operation.leave();
    this.release.reservation();
    this.release.stream();
  }
}

/** The part of the stream that an operation uses. */
interface StreamOfOperation {
  readonly needsDrain: () => boolean;
  readonly write: (text: string) => boolean;
  readonly forget: () => void;
}

/** One operation on a reserved stream. */
class StreamOperation implements Sink {
  subscription: ClientSubscription | undefined;
  /** Whether the client has received 202. */
  accepted = false;
  readonly gone = new AbortController();
  /** Stops watching the credentials of the operation. */
  unwatch: () => void = () => undefined;

  constructor(
    private readonly id: string,
    private readonly stream: StreamOfOperation,
  ) {}

  get needsDrain(): boolean {
    return this.stream.needsDrain();
  }

  next({ text }: SerializedEvent): boolean {
    return this.stream.write(`event: next\ndata: {"id":${JSON.stringify(this.id)},"payload":${text}}\n\n`);
  }

  error(errors: readonly GraphQLError[]): void {
    this.next(serializeEvent({ result: { errors } }));
    this.complete();
  }

  complete(): void {
    this.ended();
    this.stream.write(`event: complete\ndata: ${JSON.stringify({ id: this.id })}\n\n`);
  }

  /** Ends the operation. Sends the errors if the client has received 202. */
  fail(errors: readonly GraphQLError[]): void {
    if (this.gone.signal.aborted) return;
    this.gone.abort();
    if (this.accepted) this.error(errors);
  }

  /** Ends the operation without a message, because the stream is closed. */
  leave(): void {
    this.gone.abort();
    this.ended();
  }

  private ended(): void {
    this.unwatch();
    this.stream.forget();
  }
}
