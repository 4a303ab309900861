import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { Attacker } from './attacker.js';
import type { Workload } from './workload.js';

const SUBSCRIPTIONS = 15_000;
/** Operations of one socket, as many as the gateway lets run on it. */
const PER_SOCKET = 100;
/** As JSON: making it must not be what is measured. */
const LARGE_MESSAGE = JSON.stringify({
  query: '{ viewer { account } }',
  extensions: { texts: Array.from({ length: 90_000 }, (_, at) => String(at)) },
});
const PIPELINED = 3_000;

/** What is sent over connections that stay. */
export const socketWorkloads: readonly Workload[] = [
  {
    name: 'distinct subscriptions',
    sentence: `${SUBSCRIPTIONS} subscriptions with other aliases each, over ${SUBSCRIPTIONS / PER_SOCKET} sockets.`,
    parallel: SUBSCRIPTIONS / PER_SOCKET,
    send: (attacker, turn) =>
      saidOverSocket(attacker, (index) => {
        const alias = `a${turn * PER_SOCKET + index}`;
        return JSON.stringify({
          query: `subscription { provisioningEvents { cursor ${alias}: message cluster { name } } }`,
        });
      }),
  },
  {
    name: 'wrong documents',
    sentence: `${PER_SOCKET} documents that are new and wrong over each of 100 sockets.`,
    parallel: 100,
    send: (attacker, turn) =>
      saidOverSocket(attacker, (index) => JSON.stringify({ query: `{ unknown${turn}_${index} { field } }` })),
  },
  {
    name: 'large messages',
    sentence: 'A message of 0.7 MB, 90,000 texts, over each of 200 sockets.',
    parallel: 200,
    send: (attacker) => saidOverSocket(attacker, () => LARGE_MESSAGE, 1),
  },
  {
    name: 'pipelined without a token',
    sentence: `${PIPELINED} requests without a token in one write, over each of 4 connections.`,
    parallel: 4,
    send: pipelined,
  },
];

/** Opens one socket, sends operations over it, and keeps it for as long as they are let run. */
async function saidOverSocket(
  attacker: Attacker,
  payload: (index: number) => string,
  operations = PER_SOCKET,
): Promise<void> {
  const { url, token } = attacker.options;
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => attacker.count('failed', 0));
  socket.on('message', (data: Buffer) => {
    const { type, payload: told } = JSON.parse(String(data)) as { type: string; payload?: unknown };
    const [error] = Array.isArray(told) ? (told as { extensions?: { code?: string } }[]) : [];
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

/** Sends requests in one write and reads the answers until there is one for each, or the connection is closed. */
async function pipelined(attacker: Attacker): Promise<void> {
  const { hostname, port, pathname } = new URL(attacker.options.url);
  const body = '{"query":"{ viewer { account } }"}';
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  const socket = connect(Number(port), hostname);
  attacker.onStop(() => socket.destroy());
  socket.on('error', () => attacker.count('failed', 0));
  let answers = 0;
  socket.on('data', (chunk: Buffer) => {
    const found = chunk.toString('latin1').split('HTTP/1.1 ').length - 1;
    answers += found;
    for (let index = 0; index < found; index++) attacker.count('answered', chunk.length / found);
    if (answers >= PIPELINED) socket.destroy();
  });
  socket.write((head + body).repeat(PIPELINED));
  // An error, which the gateway's reset is, comes before.
  await new Promise((resolve) => socket.once('close', resolve));
}
