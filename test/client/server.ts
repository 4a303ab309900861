import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { graphql } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { Ledger, schema } from './schema.js';

export const TOKEN = 'let-me-in';

/** A subscription that the server received. */
export interface SeenSubscription {
  readonly token: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A GraphQL server on real sockets whose connections a test can cut. */
export class TestServer implements AsyncDisposable {
  readonly ledger = new Ledger();
  readonly subscriptions: SeenSubscription[] = [];
  /** HTTP statuses of the next responses; the requests are executed nevertheless. */
  readonly statuses: number[] = [];
  requests = 0;
  tokens: readonly string[] = [TOKEN];
  private http: Server | undefined;
  private sockets: WebSocketServer | undefined;

  /** The port, which stays the same after a restart. */
  private constructor(private readonly port: number) {}

  static async start(): Promise<TestServer> {
    const server = new TestServer(await freePort());
    await server.listen();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/graphql`;
  }

  get openSockets(): number {
    return this.sockets?.clients.size ?? 0;
  }

  /** Listens; after a restart on the same port. */
  async listen(): Promise<void> {
    const http = createServer((request, response) => void this.respond(request, response));
    const sockets = new WebSocketServer({ server: http, path: '/graphql' });
    useServer(
      {
        schema,
        context: () => this.ledger,
        onConnect: ({ connectionParams }) =>
          this.tokens.includes(bearer(connectionParams?.['authorization'])),
        onSubscribe: ({ connectionParams }, _id, { variables }) => {
          this.subscriptions.push({ token: connectionParams?.['authorization'], variables: variables ?? {} });
        },
      },
      sockets,
    );
    http.listen(this.port, '127.0.0.1');
    await once(http, 'listening');
    this.http = http;
    this.sockets = sockets;
  }

  /** Closes every WebSocket with a close code, or terminates it without one, and waits until all are closed. */
  async cut(code?: number, reason?: string): Promise<void> {
    const sockets = [...(this.sockets?.clients ?? [])];
    const closed = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) {
      if (code === undefined) socket.terminate();
      else socket.close(code, reason);
    }
    await Promise.all(closed);
  }

  /** Closes all connections abruptly, as a killed process does. */
  async kill(): Promise<void> {
    await this.cut();
    this.http?.closeAllConnections();
    this.http?.close();
    if (this.http?.listening) await once(this.http, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ledger.close();
    await this.kill();
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    if (!this.tokens.includes(bearer(request.headers.authorization))) return reject(response);
    const { query, variables } = JSON.parse(await textOf(request)) as { query: string; variables?: object };
    const result = await graphql({
      schema,
      source: query,
      contextValue: this.ledger,
      variableValues: { ...variables },
    });
    const status = this.statuses.shift();
    if (status) return void response.writeHead(status).end('<html>Bad gateway</html>');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  }
}

function reject(response: ServerResponse): void {
  const errors = [{ message: 'A valid bearer token is needed.', extensions: { code: 'UNAUTHENTICATED' } }];
  response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
}

function bearer(header: unknown): string {
  return typeof header === 'string' ? header.replace(/^Bearer /, '') : '';
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
