import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeServer } from '../../kernel/listen.js';
import { ProblemError } from '../../kernel/result.js';
import { readBody } from '../../protocol/request-body.js';

let server: Server;
let socket: Socket;

/** Answers what it has read and whether it had to wait; as the gateway does, it looks after the turn of the head. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const read = async () => {
      await Promise.resolve();
      const text = readBody(request, 20);
      return `${text instanceof Promise ? 'later' : 'at once'}: ${await text}`;
    };
    void read().then(
      (told) => response.end(told),
      (error: unknown) => response.end(error instanceof ProblemError ? 'refused' : 'failed'),
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

/** What the server answers on the one connection, whose requests follow each other. */
async function answer(first: string, second?: string): Promise<string> {
  socket.write(first);
  if (second !== undefined) {
    // Its head has been read when it says that it goes on.
    const [told] = (await once(socket, 'data')) as [string];
    expect(told).toContain('100 Continue');
    socket.write(second);
  }
  const [text] = (await once(socket, 'data')) as [string];
  return text.split('\r\n\r\n')[1] ?? '';
}

test.each([
  ['with its head', `${head(5)}hello`, undefined, 'at once: hello'],
  ['with its head, again on the same connection', `${head(3)}yes`, undefined, 'at once: yes'],
  ['in more bytes than letters', `${head(4)}é€`.replace('4', '5'), undefined, 'at once: é€'],
  ['not, because there is none', head(0), undefined, 'at once: '],
  [
    'behind its head',
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
  ['although it is too long', `${head(21)}${'x'.repeat(21)}`, undefined, 'refused'],
  ['after one that was too long', `${head(4)}next`, undefined, 'at once: next'],
])('a body comes %s', async (_how, first, second, told) => {
  expect(await answer(first, second)).toBe(told);
});
