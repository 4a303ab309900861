import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { documents } from '../../fixtures/document-forms.js';
import { TIMEOUT_MS, expectValidResult, fuzzing } from '../../fixtures/fuzz.js';
import { type Fixture, startFixture, token } from '../../fixtures/gateway.js';

let fixture: Fixture;
let authorization: string;
beforeAll(async () => {
  fixture = await startFixture();
  authorization = `Bearer ${await token()}`;
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Checks a result, or each result of a batch. */
function expectResponse(text: string, of: string): void {
  for (const result of [JSON.parse(text) as unknown].flat()) expectValidResult(result, of);
}

async function send(
  body: string | Uint8Array<ArrayBuffer>,
  contentType = 'application/json',
): Promise<string> {
  const response = await fetch(`${fixture.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': contentType, authorization },
    body,
  });
  return response.text();
}

test(
  'responds to random documents without an internal error',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.dictionary(fc.constantFrom('v', 'w'), fc.jsonValue()),
        async (query, variables) => {
          expectResponse(await send(JSON.stringify({ query, variables })), query);
        },
      ),
      fuzzing,
    );
  },
  TIMEOUT_MS,
);

test(
  'responds to random bodies without an internal error',
  async () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          {
            query: fc.jsonValue(),
            variables: fc.jsonValue(),
            operationName: fc.jsonValue(),
            extensions: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((request) => JSON.stringify(request)),
      fc
        .jsonValue()
        .map((hash) => JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } })),
      fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        expectResponse(await send(sent), String(sent));
      }),
      fuzzing,
    );
  },
  TIMEOUT_MS,
);

test(
  'at most closes the WebSocket on random messages, never with an internal error',
  async () => {
    const message = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({
          id: fc.jsonValue(),
          type: fc.constantFrom('subscribe', 'complete', 'ping', 'next', 'x'),
          payload: fc.jsonValue(),
        })
        .map((sent) => JSON.stringify(sent)),
      documents.map((query) => JSON.stringify({ id: 'a', type: 'subscribe', payload: { query } })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (messages) => {
        const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
          headers: { authorization },
        });
        const closed = once(socket, 'close') as Promise<[number]>;
        await once(socket, 'open');
        socket.send(JSON.stringify({ type: 'connection_init' }));
        for (const sent of messages) socket.send(sent);
        socket.close(1000);
        const [code] = await closed;
        expect([1000, 1005, 4400, 4401, 4403, 4409, 4429], messages.join('\n')).toContain(code);
      }),
      fuzzing,
    );
    expect((await fetch(`${fixture.url}/healthz`)).status).toBe(200);
    expect(fixture.log.filter(({ level }) => level >= 50)).toEqual([]);
  },
  TIMEOUT_MS,
);

test.each(['next', 'error', 'connection_ack'])(
  'closes the socket with 4400 when a client sends the server message %s',
  async (type) => {
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { authorization },
    });
    const closed = once(socket, 'close') as Promise<[number]>;
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    socket.send(JSON.stringify({ id: 'a', type, payload: type === 'error' ? [] : {} }));
    expect((await closed)[0]).toBe(4400);
  },
);
