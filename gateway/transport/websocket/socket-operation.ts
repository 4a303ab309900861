import type { GraphQLError } from 'graphql';
import type { ClientSubscription, Sink } from '../../subscriptions/client-subscription.js';
import type { SerializedEvent } from '../../subscriptions/serialized-event.js';
import type { WebSocketWriter } from './websocket-writer.js';

const END = Buffer.from('}');

/** One operation on a WebSocket. Writes its events as messages of graphql-transport-ws. */
export class SocketOperation implements Sink {
  subscription: ClientSubscription | undefined;
  readonly ending = new AbortController();
  private prefix: Buffer | undefined;

  constructor(
    readonly id: string,
    private readonly writer: WebSocketWriter,
    private readonly ended: (operation: SocketOperation) => void,
  ) {}

  get needsDrain(): boolean {
    return this.writer.needsDrain;
  }

  next({ payload }: SerializedEvent): boolean {
    this.prefix ??= Buffer.from(`{"id":${JSON.stringify(this.id)},"type":"next","payload":`);
    return this.writer.send(Buffer.concat([this.prefix, payload, END]));
  }

  error(errors: readonly GraphQLError[]): void {
    this.ended(this);
    this.writer.send(JSON.stringify({ id: this.id, type: 'error', payload: errors }));
  }

  complete(): void {
    this.ended(this);
    this.writer.send(JSON.stringify({ id: this.id, type: 'complete' }));
  }
}
