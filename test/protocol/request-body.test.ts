import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeServer } from '../../kernel/listen.js';
import { ProblemError } from '../../kernel/result.js';
import { readBody } from '../../protocol/request-body.js';

let server: Server;
let socket: Socket;

/** Responds with the body and whether it was read synchronously; reads in a microtask, as the gateway does. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const read = async () => {
      await Promise.resolve();
      const text = readBody(request, 20);
      return `${text instanceof Promise ? 'later' : 'at once'}: ${await text}`;
    };
    void read().then(
      (text) => response.end(text),
      (error: unknown) => response.end(error instanceof ProblemError ? 'rejected' : 'failed'),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.setEncoding('utf8');
});
afterAll(async () => {
  socket.destroy();
  await closeServer(server, 0);
});

const head = (length: number) => `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n`;

/** Sends a request on the shared connection and returns the body of the response. */
async function send(first: string, second?: string): Promise<string> {
  socket.write(first);
  if (second !== undefined) {
    // The server has read the headers when it sends 100 Continue.
    const [interim] = (await once(socket, 'data')) as [string];
    expect(interim).toContain('100 Continue');
    socket.write(second);
  }
  const [text] = (await once(socket, 'data')) as [string];
  return text.split('\r\n\r\n')[1] ?? '';
}

test.each([
  ['that arrives with the headers', `${head(5)}hello`, undefined, 'at once: hello'],
  ['of a second request on the connection', `${head(3)}yes`, undefined, 'at once: yes'],
  ['with multi-byte characters', `${head(4)}é€`.replace('4', '5'), undefined, 'at once: é€'],
  ['of length 0', head(0), undefined, 'at once: '],
  [
    'that arrives after the headers',
    head(5).replace('\r\n\r\n', '\r\nexpect: 100-continue\r\n\r\n'),
    'later',
    'later: later',
  ],
  [
    'in chunks',
    'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n',
    undefined,
    'later: onetwo',
  ],
  ['beyond the limit as a rejection', `${head(21)}${'x'.repeat(21)}`, undefined, 'rejected'],
  ['after one beyond the limit', `${head(4)}next`, undefined, 'at once: next'],
])('reads a body %s', async (_title, first, second, expected) => {
  expect(await send(first, second)).toBe(expected);
});
