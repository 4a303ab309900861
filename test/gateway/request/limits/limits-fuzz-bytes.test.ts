import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeSupergraph } from '../../../../gateway/supergraph/compose.js';
import { loadSupergraph } from '../../../../gateway/planning/plannable-supergraph.js';
import {
  TIMEOUT_MS,
  RUNS,
  expectValidResult,
  requestsInMemory,
  operationsOf,
  fuzzing,
} from '../../fixtures/fuzz.js';
import { type Fixture, startFixture, token } from '../../fixtures/gateway.js';
import { Hub } from '../../fixtures/event-hub.js';
import { fixtureSubgraphs } from '../../fixtures/subgraphs.js';

const STREAM = 'text/event-stream';
const MULTIPART = 'multipart/mixed;subscriptionSpec=1.0, application/json';

let fixture: Fixture;
let authorization: string;
beforeAll(async () => {
  fixture = await startFixture();
  authorization = `Bearer ${await token()}`;
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Expects that the gateway responds and has logged no internal error. */
async function expectWell(): Promise<void> {
  const response = await fetch(`${fixture.url}/healthz`);
  expect(await response.text()).toBe('ok');
  expect(fixture.log.filter(({ level }) => level >= 50)).toEqual([]);
}

async function send(
  body: Uint8Array | string,
  accept: string,
  contentType = 'application/json',
): Promise<string> {
  const response = await fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': contentType, accept, authorization },
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
  return response.text();
}

/** The results in the events of a stream, or in a response that is not a stream. */
function resultsIn(text: string): unknown[] {
  if (text.startsWith('{') || text.startsWith('[')) return [JSON.parse(text)].flat();
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^data: ?/, ''));
  return lines
    .filter((line) => line.startsWith('{') && line !== '{}')
    .map((line) => JSON.parse(line) as unknown);
}

const bytes = fc.uint8Array({ maxLength: 300 });
/** JSON of a request with random bytes at a random position. */
const broken = fc
  .tuple(
    fc.nat(200),
    bytes,
    fc.constantFrom('{ regions { id } }', '{ nothing }', 'mutation { rename(name: "n") { id } }'),
  )
  .map(([at, noise, query]) => {
    const text = Buffer.from(JSON.stringify({ query, variables: { a: 1 }, operationName: null }));
    const place = at % text.length;
    return Buffer.concat([text.subarray(0, place), noise.subarray(0, 8), text.subarray(place)]);
  });

test(
  'executes random valid operations over every HTTP transport without an internal error',
  async () => {
    const { api } = loadSupergraph(composeSupergraph(fixtureSubgraphs(new Hub())));
    const operations = operationsOf(api, ['slow', 'bug', 'required', 'rejected']);
    const accepts = fc.constantFrom(
      'application/json',
      'application/graphql-response+json',
      STREAM,
      MULTIPART,
    );
    await fc.assert(
      fc.asyncProperty(operations, accepts, fc.jsonValue(), async (query, accept, v) => {
        const text = await send(JSON.stringify({ query, variables: { v } }), accept);
        for (const result of resultsIn(text)) expectValidResult(result, query);
      }),
      fuzzing,
    );
    await expectWell();
  },
  TIMEOUT_MS,
);

test.each([
  ['JSON', 'application/json'],
  ['event streams', STREAM],
  ['multipart', MULTIPART],
])(
  'responds to random bytes in the body of a request for %s without an internal error',
  async (_, accept) => {
    const types = fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'x',
      'multipart/form-data',
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, broken), types, async (body, type) => {
        const text = await send(body, accept, type);
        if (text !== '' && !text.startsWith('<'))
          for (const result of resultsIn(text)) expectValidResult(result, String(body));
      }),
      fuzzing,
    );
    await expectWell();
  },
  TIMEOUT_MS,
);

/** Writes bytes to the port of the gateway and waits until either side has closed the connection. */
async function write(chunks: readonly Uint8Array[]): Promise<string> {
  const { hostname, port } = new URL(fixture.url);
  const socket = connect(Number(port), hostname);
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk)).on('error', () => undefined);
  const closed = once(socket, 'close').catch(() => undefined);
  for (const chunk of chunks) socket.write(chunk);
  socket.end();
  await closed;
  return Buffer.concat(received).toString('latin1');
}

test(
  'at most closes the connection on random bytes',
  async () => {
    const heads = fc.constantFrom(
      '',
      'GET / HTTP/1.1\r\n',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n',
      'PUT /graphql HTTP/1.1\r\nhost: x\r\n\r\n',
      'GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    );
    await fc.assert(
      fc.asyncProperty(heads, bytes, async (head, noise) => {
        const text = await write([Buffer.from(head), noise]);
        expect(text).not.toMatch(/node_modules|Cannot read/);
      }),
      fuzzing,
    );
    await expectWell();
  },
  TIMEOUT_MS,
);

const upgrade = (bearer: string) =>
  Buffer.from(
    `GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nauthorization: ${bearer}\r\n` +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n',
  );

/** A masked client frame (mask of zeros) with an opcode and a possibly wrong length. */
const frame = fc
  .record({
    first: fc.oneof(fc.constantFrom(0x81, 0x82, 0x01, 0x80, 0x88, 0x89, 0x8a), fc.nat(255)),
    masked: fc.boolean(),
    length: fc.option(fc.nat(127)),
    payload: fc.oneof(
      bytes.map((noise) => Buffer.from(noise.subarray(0, 100))),
      fc
        .constantFrom(
          { type: 'connection_init' },
          { type: 'ping' },
          { id: '1', type: 'subscribe', payload: { query: '{ regions { id } }' } },
          { id: '1', type: 'complete' },
        )
        .map((message) => Buffer.from(JSON.stringify(message))),
    ),
  })
  .map(({ first, masked, length, payload }) => {
    const size = Math.min(length ?? payload.length, 125);
    const head = [first, (masked ? 0x80 : 0) | size, ...(masked ? [0, 0, 0, 0] : [])];
    return Buffer.concat([Buffer.from(head), payload]);
  });

test(
  'at most closes the WebSocket on random frames',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), async (frames) => {
        const text = await write([upgrade(authorization), ...frames]);
        expect(text).toContain('101 Switching Protocols');
        expect(text).not.toMatch(/node_modules|Cannot read|INTERNAL_SERVER_ERROR/);
      }),
      fuzzing,
    );
    await expectWell();
  },
  TIMEOUT_MS,
);

test(
  'keeps no completed request in memory',
  async () => {
    const property = fc.asyncProperty(
      fc.oneof(bytes, broken),
      fc.array(frame, { maxLength: 3 }),
      async (body, frames) => {
        await send(body, 'application/json');
        await send(body, STREAM);
        await write([upgrade(authorization), ...frames]);
      },
    );
    await fc.assert(property, { numRuns: RUNS, seed: 4 });
    // Node.js keeps the last request of each keep-alive connection.
    expect(requestsInMemory()).toBeLessThan(RUNS / 2);
    await expectWell();
  },
  TIMEOUT_MS * 3,
);
