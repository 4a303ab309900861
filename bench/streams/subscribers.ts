// Many subscribers in a process of their own: <url> <ws|sse> <count> <same|different>. Says `ready <address>` when all
// have asked; GET there answers how many messages have come.
import { createServer, request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';

const [url = '', transport = 'ws', count = '1', variables = 'same'] = process.argv.slice(2);
const QUERY = 'subscription Ticks($topic: Int!) { ticks(topic: $topic) { topic n text } }';
const AT_ONCE = 100;
let messages = 0;

function operation(at: number) {
  return { query: QUERY, variables: { topic: variables === 'same' ? 0 : at } };
}

function overWebSocket(at: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
    socket.once('error', reject);
    socket.once('open', () => socket.send('{"type":"connection_init"}'));
    socket.once('message', () => {
      const id = crypto.randomUUID();
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: operation(at) }));
      socket.on('message', () => (messages += 1));
      resolve();
    });
  });
}

function overEvents(at: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      agent: false,
    });
    asked.once('error', reject);
    asked.once('response', (response) => {
      if (response.statusCode !== 200) return reject(new Error(`answered ${response.statusCode}`));
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
    asked.end(JSON.stringify(operation(at)));
  });
}

const open = transport === 'ws' ? overWebSocket : overEvents;
for (let from = 0; from < Number(count); from += AT_ONCE) {
  const group = Array.from({ length: Math.min(AT_ONCE, Number(count) - from) }, (_, i) => open(from + i));
  await Promise.all(group);
}
const server = createServer((_, response) => response.end(String(messages)));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`ready http://127.0.0.1:${address.port}`);
});
process.once('SIGTERM', () => process.exit(0));
