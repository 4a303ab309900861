import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { Attacker } from './attacker.js';
import type { Workload } from './workload.js';

const SUBSCRIPTIONS = 15_000;
/** Operations per WebSocket: the gateway's limit. */
const PER_SOCKET = 100;
/** Serialized once: the attacker's CPU must not be measured. */
const LARGE_MESSAGE = JSON.stringify({
  query: '{ viewer { account } }',
  extensions: { texts: Array.from({ length: 90_000 }, (_, index) => String(index)) },
});
const PIPELINED = 3_000;

/** Workloads over long-lived connections. */
export const socketWorkloads: readonly Workload[] = [
  {
    name: 'distinct subscriptions',
    description: `${SUBSCRIPTIONS} subscriptions that differ in an alias, over ${SUBSCRIPTIONS / PER_SOCKET} WebSockets.`,
    parallel: SUBSCRIPTIONS / PER_SOCKET,
    send: (attacker, turn) =>
      subscribeOverWebSocket(attacker, (index) => {
        const alias = `a${turn * PER_SOCKET + index}`;
        return JSON.stringify({
          query: `subscription { provisioningEvents { cursor ${alias}: message cluster { name } } }`,
        });
      }),
  },
  {
    name: 'invalid documents',
    description: `${PER_SOCKET} different invalid documents over each of 100 WebSockets.`,
    parallel: 100,
    send: (attacker, turn) =>
      subscribeOverWebSocket(attacker, (index) =>
        JSON.stringify({ query: `{ unknown${turn}_${index} { field } }` }),
      ),
  },
  {
    name: 'large messages',
    description: 'A message of 0.7 MB with 90,000 strings over each of 200 WebSockets.',
    parallel: 200,
    send: (attacker) => subscribeOverWebSocket(attacker, () => LARGE_MESSAGE, 1),
  },
  {
    name: 'pipelined without a token',
    description: `${PIPELINED} requests without a token in one write, over each of 4 connections.`,
    parallel: 4,
    send: pipelined,
  },
];

/** Opens one WebSocket, sends operations over it and keeps it open until the gateway closes it. */
async function subscribeOverWebSocket(
  attacker: Attacker,
  payload: (index: number) => string,
  operations = PER_SOCKET,
): Promise<void> {
  const { url, token } = attacker.options;
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => attacker.count('failed', 0));
  socket.on('message', (data: Buffer) => {
    const { type, payload: body } = JSON.parse(String(data)) as { type: string; payload?: unknown };
    const [error] = Array.isArray(body) ? (body as { extensions?: { code?: string } }[]) : [];
    attacker.count(type === 'error' ? (error?.extensions?.code ?? 'error') : type, data.length);
    if (type === 'connection_ack') subscribe();
  });
  const subscribe = () => {
    for (let index = 0; index < operations; index++)
      socket.send(`{"id":"${index}","type":"subscribe","payload":${payload(index)}}`);
  };
  socket.once('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
  );
  attacker.onStop(() => socket.terminate());
  await closed;
}

/** Sends requests in one write and reads responses until all have arrived or the connection is closed. */
async function pipelined(attacker: Attacker): Promise<void> {
  const { hostname, port, pathname } = new URL(attacker.options.url);
  const body = '{"query":"{ viewer { account } }"}';
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const socket = connect(Number(port), hostname);
  attacker.onStop(() => socket.destroy());
  socket.on('error', () => attacker.count('failed', 0));
  let responses = 0;
  socket.on('data', (chunk: Buffer) => {
    const found = chunk.toString('latin1').split('HTTP/1.1 ').length - 1;
    responses += found;
    for (let index = 0; index < found; index++) attacker.count('responded', chunk.length / found);
    if (responses >= PIPELINED) socket.destroy();
  });
  socket.write((head + body).repeat(PIPELINED));
  // Not once(socket, 'close'): a reset by the gateway emits `error` first, which would reject.
  await new Promise((resolve) => socket.once('close', resolve));
}
