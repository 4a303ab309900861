import type { IncomingMessage } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Actor } from '../../kernel/actor.js';
import { hasExpired } from '../auth/authenticator.js';
import type { ClientRequest, GatewayCore } from './gateway-core.js';

/** Why the gateway ends a WebSocket; codes of graphql-transport-ws and of WebSocket itself. */
export const closeCodes = {
  /** A message that clients may not send. */
  badRequest: 4400,
  /** No valid token: clients do not try again by themselves. */
  unauthorized: 4401,
  /** The token has expired: clients come back with a new one. */
  forbidden: 4403,
  /** The gateway stops: clients come back at once, and resume. */
  serviceRestart: 1012,
  /** The account has too many connections: clients come back later. */
  tryAgainLater: 1013,
} as const;

/** Thrown while a message is handled to close the socket with a code of its own. */
export class CloseSocket extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Made once: an abort without a reason makes a new error each time. */
const ENDED = new Error('the operation has ended');

/** One client on one WebSocket: who it is, and what ends with it. */
export class SocketSession {
  private readonly gone = new AbortController();
  private readonly operations = new Map<string, AbortController>();
  private readonly subscribed = new Set<string>();
  private readonly onClose: (() => void)[] = [];
  private actor: Actor | undefined;

  constructor(
    private readonly core: GatewayCore,
    readonly socket: WebSocket,
    private readonly request: IncomingMessage,
  ) {
    socket.once('close', () => this.closed());
  }

  /** Finds out who the client is: from `connection_init`, else from the header of the upgrade. */
  async identify(parameters: Readonly<Record<string, unknown>> | undefined): Promise<void> {
    const actor = await this.core.authenticator.authenticate(authorizationOf(parameters, this.request));
    const giveBack = this.core.connections.take(actor.account);
    if (!giveBack) throw new CloseSocket(closeCodes.tryAgainLater, 'Too many connections of this account');
    this.actor = actor;
    this.onClose.push(
      giveBack,
      this.core.expiries.watch(actor, () => this.expire()),
    );
    if (this.gone.signal.aborted) this.closed();
  }

  /** Begins an operation; it is aborted when the socket closes. */
  begin(id: string): ClientRequest {
    if (!this.actor) throw new CloseSocket(closeCodes.unauthorized, 'Unauthorized');
    if (hasExpired(this.actor, this.core.clock)) throw new CloseSocket(closeCodes.forbidden, 'Token expired');
    const controller = new AbortController();
    this.operations.set(id, controller);
    if (this.gone.signal.aborted) controller.abort(ENDED);
    return { actor: this.actor, requestId: randomUUID(), gone: controller.signal };
  }

  /** Counts an operation that has begun as a running subscription. */
  count(id: string): void {
    if (!this.operations.has(id) || this.subscribed.has(id)) return;
    this.subscribed.add(id);
    this.core.meter.subscriptions(1);
  }

  /** Ends an operation, finished or not. */
  end(id: string): void {
    if (this.subscribed.delete(id)) this.core.meter.subscriptions(-1);
    this.operations.get(id)?.abort(ENDED);
    this.operations.delete(id);
  }

  private expire(): void {
    this.socket.close(closeCodes.forbidden, 'Token expired');
  }

  private closed(): void {
    this.gone.abort(ENDED);
    for (const id of [...this.operations.keys()]) this.end(id);
    for (const done of this.onClose.splice(0)) done();
  }
}

function authorizationOf(
  parameters: Readonly<Record<string, unknown>> | undefined,
  request: IncomingMessage,
): string | undefined {
  const authorization = parameters?.['authorization'] ?? parameters?.['Authorization'];
  if (typeof authorization === 'string') return authorization;
  const token = parameters?.['token'];
  return typeof token === 'string' ? `Bearer ${token}` : request.headers.authorization;
}
