// The subgraph behind every gateway of the comparison: `ticks(topic)` as server-sent events. POST /emit sends events to
// everyone at a steady pace; GET /subscribers says how many there are.
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { readBody } from '../../kernel/graph/request-body.js';
import { type Pace, emit } from './pace.js';

const PADDING = 'x'.repeat(200);
const subscribers = new Map<ServerResponse, number>();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/subscribers') return void response.end(String(subscribers.size));
  const body = asked(request, await readBody(request, 100_000));
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
  subscribers.set(response, Number(Object.values(body.variables ?? {})[0] ?? 0));
  response.once('close', () => subscribers.delete(response));
}

interface Asked extends Pace {
  readonly query?: string;
  readonly variables?: Record<string, unknown>;
}

/** Gateways subscribe by POST or by GET. */
function asked({ method, url = '/' }: IncomingMessage, body: string): Asked {
  if (method === 'POST') return JSON.parse(body) as Asked;
  const parameters = new URL(url, 'http://source').searchParams;
  const variables = JSON.parse(parameters.get('variables') ?? '{}') as Record<string, unknown>;
  return { query: parameters.get('query') ?? '', variables };
}

function tick(n: number): void {
  for (const [response, topic] of subscribers) {
    const data = { ticks: { __typename: 'Tick', topic, n, text: PADDING } };
    response.write(`event: next\ndata: ${JSON.stringify({ data })}\n\n`);
  }
}

setInterval(() => {
  for (const response of subscribers.keys()) response.write(':\n\n');
}, 10_000).unref();

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`ready http://127.0.0.1:${address.port}`);
});
process.once('SIGTERM', () => process.exit(0));
