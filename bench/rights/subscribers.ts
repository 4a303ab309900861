import { WebSocket } from 'ws';

const QUERY = 'subscription { events(filter: { types: ["CLUSTER_UPDATED"] }) { message } }';

interface Message {
  readonly type: string;
  readonly payload?: { readonly code?: string };
}

/** Subscribers of sets of rights, each on its own WebSocket. */
export class Subscribers implements Disposable {
  messages = 0;
  private readonly sockets: WebSocket[] = [];
  private readonly ends = new Map<number, number[]>();

  constructor(private readonly url: string) {}

  /** The times at which streams of a set ended. */
  endsOf(set: number): readonly number[] {
    return this.ends.get(set) ?? [];
  }

  /** Subscribes as the holder of a token; resolves when the subscription is sent. */
  open(set: number, token: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = new WebSocket(this.url.replace(/^http/, 'ws'), 'graphql-transport-ws');
    this.sockets.push(socket);
    socket.once('error', reject);
    socket.once('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
    );
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data as Buffer)) as Message;
      if (type === 'ping') socket.send('{"type":"pong"}');
      if (type === 'next') this.messages += 1;
      if (type === 'error') this.ends.set(set, [...this.endsOf(set), performance.now()]);
      if (type !== 'connection_ack') return;
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY } }));
      resolve();
    });
    return promise;
  }

  [Symbol.dispose](): void {
    for (const socket of this.sockets) socket.terminate();
  }
}
