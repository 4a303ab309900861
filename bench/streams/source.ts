// The subgraph behind every gateway of the comparison: `ticks(topic)` as server-sent events and over WebSockets
// (graphql-transport-ws), as the gateway subscribes. POST /emit publishes events at a steady
// rate; GET /subscribers returns the number of subscriptions.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { MessageType, handleProtocols, parseMessage } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { readBody } from '../../protocol/request-body.js';
import { type Pace, emit } from './pace.js';

const PADDING = 'x'.repeat(200);

type Variables = Record<string, unknown> | null | undefined;
/** Sends an event to one subscriber. */
type Publish = (data: unknown) => void;

const subscribers = new Set<{ readonly topic: number; readonly publish: Publish }>();

/** Returns the function that unsubscribes. */
function subscribe(variables: Variables, publish: Publish): () => void {
  const subscriber = { topic: Number(Object.values(variables ?? {})[0] ?? 0), publish };
  subscribers.add(subscriber);
  return () => subscribers.delete(subscriber);
}

function tick(n: number): void {
  for (const { topic, publish } of subscribers)
    publish({ ticks: { __typename: 'Tick', topic, n, text: PADDING } });
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/subscribers') return void response.end(String(subscribers.size));
  const body = parseRequest(request, await readBody(request, 100_000));
  if (request.url === '/emit') {
    await emit(body, (n) => tick(n));
    return void response.end('done');
  }
  if (!body.query?.includes('ticks')) {
    response.setHeader('content-type', 'application/json');
    return void response.end('{"data":{"__typename":"Query"}}');
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.write(':\n\n');
  const heartbeat = setInterval(() => response.write(':\n\n'), 10_000);
  const unsubscribe = subscribe(body.variables, (data) =>
    response.write(`event: next\ndata: ${JSON.stringify({ data })}\n\n`),
  );
  response.once('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
  });
}

interface SourceRequest extends Pace {
  readonly query?: string;
  readonly variables?: Variables;
}

/** Gateways subscribe by POST or by GET. */
function parseRequest({ method, url = '/' }: IncomingMessage, body: string): SourceRequest {
  if (method === 'POST') return JSON.parse(body) as SourceRequest;
  const parameters = new URL(url, 'http://source').searchParams;
  const variables = JSON.parse(parameters.get('variables') ?? '{}') as Variables;
  return { query: parameters.get('query') ?? '', variables };
}

function overWebSocket(socket: WebSocket): void {
  const running = new Map<string, () => void>();
  socket.on('message', (text: Buffer) => {
    const message = parseMessage(String(text));
    if (message.type === MessageType.ConnectionInit) socket.send('{"type":"connection_ack"}');
    if (message.type === MessageType.Ping) socket.send('{"type":"pong"}');
    if (message.type === MessageType.Complete) running.get(message.id)?.();
    if (message.type !== MessageType.Subscribe) return;
    const { id, payload } = message;
    const publish: Publish = (data) => socket.send(JSON.stringify({ id, type: 'next', payload: { data } }));
    running.set(id, subscribe(payload.variables, publish));
  });
  socket.once('close', () => {
    for (const unsubscribe of running.values()) unsubscribe();
  });
}

const server = createServer((request, response) => void handle(request, response));
new WebSocketServer({ server, handleProtocols }).on('connection', overWebSocket);
server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`ready http://127.0.0.1:${address.port}`);
});
process.once('SIGTERM', () => process.exit(0));
