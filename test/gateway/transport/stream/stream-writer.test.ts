import { once } from 'node:events';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { StreamWriter } from '../../../../gateway/transport/stream/stream-writer.js';

const ENDED = '0\r\n\r\n';
const TEXTS = ['plain', 'grün', '日本', ''.padEnd(300, 'x')];

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** A connection to a server that responds to each request with the texts. */
async function connected(onClose: (request: IncomingMessage) => void = () => undefined): Promise<Socket> {
  const server = createServer((request, response: ServerResponse) => {
    const outlet = new StreamWriter(response, {
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      opening: ':',
      heartbeat: ':',
      interval: 60_000,
      drained: () => undefined,
    });
    for (const text of TEXTS) outlet.write(text);
    outlet.end('end');
    response.once('close', () => onClose(request));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => void server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  stack.defer(() => void socket.destroy());
  return socket.setEncoding('utf8');
}

/** Reads until the text ends with `last`, or until the connection ends. */
async function until(socket: Socket, last: string | undefined): Promise<string> {
  let read = '';
  for await (const text of socket.iterator({ destroyOnReturn: false })) {
    read += String(text);
    if (last !== undefined && read.endsWith(last)) break;
  }
  return read.slice(read.indexOf('\r\n\r\n') + 4);
}

/** The texts of a body in chunks. */
function chunksOf(body: string): string[] {
  const found: string[] = [];
  for (let bytes = Buffer.from(body); bytes.length > 0;) {
    const from = bytes.indexOf('\r\n') + 2;
    const length = parseInt(bytes.subarray(0, from).toString('latin1'), 16);
    found.push(bytes.subarray(from, from + length).toString());
    bytes = bytes.subarray(from + length + 2);
  }
  return found;
}

describe('a response that stays open', () => {
  it('writes one chunk per text in any encoding', async () => {
    const socket = await connected();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(chunksOf(await until(socket, ENDED))).toEqual([':', ...TEXTS, 'end', '']);
  });

  it('writes no chunks for a client of HTTP/1.0', async () => {
    const socket = await connected();
    socket.write('GET / HTTP/1.0\r\n\r\n');
    expect(await until(socket, undefined)).toBe([':', ...TEXTS, 'end'].join(''));
  });

  it('removes its listeners from a reused connection', async () => {
    const listeners: number[] = [];
    const socket = await connected(({ socket: connection }) =>
      listeners.push(connection.listenerCount('drain')),
    );
    for (let request = 0; request < 3; request += 1) {
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      await until(socket, ENDED);
    }
    expect(new Set(listeners).size).toBe(1);
    expect(listeners).toHaveLength(3);
  });

  it('keeps the order behind a pipelined response', async () => {
    const socket = await connected();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.0\r\n\r\n');
    const [first = '', second = ''] = (await until(socket, undefined)).split(ENDED);
    expect(chunksOf(first + ENDED)).toEqual([':', ...TEXTS, 'end', '']);
    expect(second).toContain([':', ...TEXTS, 'end'].join(''));
  });
});
