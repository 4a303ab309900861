// Many subscribers in one process: <url> <ws|sse> <count> <same|different>. Prints `ready <address>` when all have
// subscribed; GET on that address returns the number of messages received.
import { createServer, request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';

const [url = '', transport = 'ws', count = '1', variables = 'same'] = process.argv.slice(2);
const QUERY = 'subscription Ticks($topic: Int!) { ticks(topic: $topic) { topic n text } }';
const CONCURRENT = 100;
let messages = 0;

function operation(index: number) {
  return { query: QUERY, variables: { topic: variables === 'same' ? 0 : index } };
}

function overWebSocket(index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
    socket.once('error', reject);
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      const id = crypto.randomUUID();
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: operation(index) }));
      socket.on('message', () => (messages += 1));
      resolve();
    });
  });
}

function overEventStream(index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      agent: false,
    });
    request.once('error', reject);
    request.once('response', (response) => {
      if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
      response.on('data', (chunk: Buffer) => {
        for (
          let from = chunk.indexOf('event: next');
          from >= 0;
          from = chunk.indexOf('event: next', from + 1)
        )
          messages += 1;
      });
      resolve();
    });
    request.end(JSON.stringify(operation(index)));
  });
}

const open = transport === 'ws' ? overWebSocket : overEventStream;
for (let from = 0; from < Number(count); from += CONCURRENT) {
  const group = Array.from({ length: Math.min(CONCURRENT, Number(count) - from) }, (_, i) => open(from + i));
  await Promise.all(group);
}
const server = createServer((_, response) => response.end(String(messages)));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`ready http://127.0.0.1:${address.port}`);
});
process.once('SIGTERM', () => process.exit(0));
