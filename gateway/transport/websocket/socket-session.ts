import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { type ConnectionInitMessage, MessageType, type SubscribeMessage, parseMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Actor } from '../../../kernel/actor.js';
import { ProblemError } from '../../../kernel/result.js';
import { hasExpired } from '../../auth/authenticator.js';
import { LARGE_BODY } from '../../request/large-bodies.js';
import { CloseSocket, closeCodes } from './close-codes.js';
import type { GatewayCore } from '../core/gateway-core.js';
import { MAX_ID } from '../core/operation-id.js';
import { runOperation } from '../core/operation.js';
import { requestError } from '../core/request-error.js';
import { MessageReader } from './message-reader.js';
import { SocketOperation } from './socket-operation.js';
import { WebSocketWriter } from './websocket-writer.js';
import { drainRoundRobin } from '../core/round-robin.js';

/** Created once: `abort()` without a reason creates a new error on each call. */
const ENDED = new Error('the operation has ended');

/** What the upgrade request of a socket says about its client. */
export interface SocketClient {
  /** The header, for clients that send no token in `connection_init`. */
  readonly authorization: string | undefined;
  readonly clientAddress: string | undefined;
}

/**
 * One client on one WebSocket (graphql-transport-ws): opened → initialised → acknowledged → closing → closed.
 * Operations run between acknowledgement and closing: once either side starts to close, running operations end
 * and further messages are ignored, however long the close handshake takes.
 */
export class SocketSession {
  private readonly writer: WebSocketWriter;
  private readonly operations = new Map<string, SocketOperation>();
  private onClose: (() => void)[] = [];
  private initialised = false;
  private actor: Actor | undefined;
  private authorization: string | undefined;
  private readonly clientAddress: string | undefined;
  /** Timeout of `connection_init`, later of the close handshake. */
  private waiting: NodeJS.Timeout | undefined;
  private rejecting: Promise<void> | undefined;
  private readonly reader: MessageReader;

  constructor(
    private readonly core: GatewayCore,
    readonly socket: WebSocket,
    connection: Duplex,
    { authorization, clientAddress }: SocketClient,
  ) {
    this.authorization = authorization;
    this.clientAddress = clientAddress;
    this.writer = new WebSocketWriter(socket, connection, () => this.drained());
    this.reader = new MessageReader({
      socket,
      connection,
      largeBodies: core.largeBodies,
      account: () => this.actor?.account,
      onMessage: (data) => this.receive(data),
      onUnauthenticated: () => this.fail(new CloseSocket(closeCodes.badRequest, 'Invalid message received')),
    });
    const { initialisationTimeout, subprotocolNotAcceptable } = closeCodes;
    if (socket.protocol !== 'graphql-transport-ws') {
      socket.close(subprotocolNotAcceptable, 'Subprotocol not acceptable');
      return;
    }
    this.waiting = setTimeout(
      () => this.close(initialisationTimeout, 'Connection initialisation timeout'),
      core.limits.connectionInitTimeout,
    );
    socket.once('close', () => this.closed());
  }

  /**
   * Closes the socket and ends its operations. Terminates the connection of a client that does not complete the
   * close handshake in time.
   */
  close(code: number, reason: string): void {
    this.socket.close(code, reason);
    this.stop();
    if (this.socket.readyState === this.socket.CLOSED) return;
    this.waiting = setTimeout(() => this.socket.terminate(), this.core.limits.closeTimeout);
  }

  private get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  private receive(data: Buffer): void {
    if (!this.isOpen) return;
    try {
      this.handle(read(String(data)), data.length);
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (error instanceof CloseSocket) return this.close(error.code, error.message);
    this.core.log.error({ err: error }, 'a WebSocket message could not be handled');
    this.close(closeCodes.internalError, 'Internal error');
  }

  private handle(message: ReturnType<typeof read>, bytes: number): void {
    switch (message.type) {
      case MessageType.ConnectionInit:
        return this.initialise(message);
      case MessageType.Ping:
        return void this.writer.send(
          JSON.stringify({ type: 'pong', ...(message.payload && { payload: message.payload }) }),
        );
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        return this.subscribe(message, bytes);
      case MessageType.Complete:
        return this.end(this.operations.get(message.id));
      default:
        throw new CloseSocket(closeCodes.badRequest, 'Invalid message received');
    }
  }

  private initialise({ payload }: ConnectionInitMessage): void {
    if (this.initialised)
      throw new CloseSocket(closeCodes.tooManyInitialisations, 'Too many initialisation requests');
    this.initialised = true;
    clearTimeout(this.waiting);
    const authorization = authorizationIn(payload) ?? this.authorization;
    this.authorization = undefined;
    this.acknowledge(authorization).catch((error: unknown) => this.fail(error));
  }

  /** Authenticates the client and acknowledges the connection. */
  private async acknowledge(authorization: string | undefined): Promise<void> {
    const actor = await this.authenticate(authorization);
    if (!this.isOpen) return;
    const release = this.core.connections.take(actor.account);
    if (!release) throw new CloseSocket(closeCodes.tryAgainLater, 'Too many connections of this account');
    const { tokenExpired, rightsChanged } = closeCodes;
    this.onClose.push(
      release,
      this.core.tokenExpiries.watch(actor, () => this.close(tokenExpired, 'Token expired')),
      this.core.permissions.watch({ actor, authorization }, () =>
        this.close(rightsChanged, 'Rights changed'),
      ),
    );
    this.actor = actor;
    this.writer.send('{"type":"connection_ack"}');
  }

  private async authenticate(authorization: string | undefined): Promise<Actor> {
    try {
      return await this.core.authenticator.authenticate(authorization, randomUUID());
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      throw error.problems[0]?.code === 'TOKEN_EXPIRED'
        ? new CloseSocket(closeCodes.tokenExpired, 'Token expired')
        : new CloseSocket(closeCodes.forbidden, 'Forbidden');
    }
  }

  private subscribe({ id, payload }: SubscribeMessage, bytes: number): void {
    const { actor, core } = this;
    if (!actor) throw new CloseSocket(closeCodes.unauthorized, 'Unauthorized');
    if (hasExpired(actor, core.clock)) throw new CloseSocket(closeCodes.tokenExpired, 'Token expired');
    if (id.length > MAX_ID) throw new CloseSocket(closeCodes.badRequest, 'Invalid message received');
    if (this.operations.has(id))
      throw new CloseSocket(closeCodes.subscriberExists, `Subscriber for ${shortened(id)} already exists`);
    const operation = new SocketOperation(id, this.writer, (ended) => this.end(ended));
    const { operationsPerSocket } = core.limits;
    if (this.operations.size >= operationsPerSocket)
      return operation.error([
        requestError('LIMIT_EXCEEDED', `A WebSocket may run ${operationsPerSocket} operations at once.`),
      ]);
    this.operations.set(id, operation);
    void this.run(operation, payload, { actor, bytes });
  }

  private async run(
    operation: SocketOperation,
    payload: SubscribeMessage['payload'],
    { actor, bytes }: { readonly actor: Actor; readonly bytes: number },
  ): Promise<void> {
    const { core } = this;
    const rejectionTurn = () => (this.rejecting ??= this.rejectionTurn(actor.account));
    const client = {
      actor,
      requestId: randomUUID(),
      clientAddress: this.clientAddress,
      signal: operation.ending.signal,
      rejectionTurn,
    };
    try {
      if (bytes >= LARGE_BODY) await core.admission.chargeBody(actor.account, bytes);
      operation.subscription = await runOperation(core, { ...payload }, client, operation);
    } catch (error) {
      operation.error([core.mask.error(error, client.requestId)]);
    }
  }

  /** Pauses a rejected client until its account's turn; its queued messages are rejected then. */
  private async rejectionTurn(account: string): Promise<void> {
    await this.reader.pauseForTurn(account);
    this.rejecting = undefined;
  }

  /** Ends an operation, whether it has completed or not. */
  private end(operation: SocketOperation | undefined): void {
    if (!operation) return;
    if (this.operations.get(operation.id) === operation) this.operations.delete(operation.id);
    operation.ending.abort(ENDED);
  }

  private drained(): void {
    drainRoundRobin(this.operations, this.writer);
  }

  private stop(): void {
    clearTimeout(this.waiting);
    for (const operation of [...this.operations.values()]) this.end(operation);
  }

  /** The connection counts until the socket has closed. */
  private closed(): void {
    this.stop();
    for (const done of this.onClose.splice(0)) done();
  }
}

function read(text: string) {
  try {
    return parseMessage(text);
  } catch {
    throw new CloseSocket(closeCodes.badRequest, 'Invalid message received');
  }
}

/** A close reason may have 123 bytes. */
function shortened(id: string): string {
  return id.length > 60
    ? `${id.slice(0, 60).replace(/[^\x20-\x7e]/g, '?')}…`
    : id.replace(/[^\x20-\x7e]/g, '?');
}

function authorizationIn(payload: ConnectionInitMessage['payload']): string | undefined {
  const authorization = payload?.['authorization'] ?? payload?.['Authorization'];
  if (typeof authorization === 'string') return authorization;
  const token = payload?.['token'];
  return typeof token === 'string' ? `Bearer ${token}` : undefined;
}
