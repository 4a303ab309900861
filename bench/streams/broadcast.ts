// The baseline of the comparison: `ws` sends the same bytes to every WebSocket.
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { readBody } from '../../protocol/request-body.js';
import { emit, type Pace } from './pace.js';

const sockets = new Set<WebSocket>();
const message = (n: number) =>
  JSON.stringify({
    id: '00000000-0000-0000-0000-000000000000',
    type: 'next',
    payload: { data: { ticks: { topic: 0, n, text: 'x'.repeat(200) } } },
  });

const server = createServer((request, response) => {
  if (request.url === '/subscribers') return void response.end(String(sockets.size));
  void Promise.resolve(readBody(request, 1000)).then(async (body) => {
    await emit(JSON.parse(body) as Pace, (n) => {
      const bytes = Buffer.from(message(n));
      for (const socket of sockets) socket.send(bytes, { binary: false });
    });
    response.end('done');
  });
});
const webSockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
webSockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { type } = JSON.parse(String(data as Buffer)) as { type: string };
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    else sockets.add(socket);
  });
  socket.on('close', () => sockets.delete(socket));
});
server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  if (typeof address === 'object' && address) console.log(`ready http://127.0.0.1:${address.port}`);
});
process.once('SIGTERM', () => process.exit(0));
