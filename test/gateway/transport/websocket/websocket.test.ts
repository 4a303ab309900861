import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { SignJWT, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Fixture, startFixture, token, until } from '../../fixtures/gateway.js';
import { type RawSocket, rawSocket } from '../../fixtures/raw-socket.js';

const EVENTS = 'subscription { clusterEvents { sequence } }';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({
    limits: {
      operationsPerSocket: 3,
      messageBytes: 10_000,
      connectionsPerAccount: 5,
    },
    allowedOrigins: ['https://console.example.com'],
  });
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function withSocket<T>(work: (socket: RawSocket) => Promise<T>): Promise<T> {
  await using socket = await rawSocket(fixture.url);
  return await work(socket);
}

/** The close event after these messages. */
function closedAfter(...said: (object | string)[]) {
  return withSocket((socket) => {
    for (const message of said) socket.send(message);
    return socket.closed;
  });
}

function closedAfterAck(...said: (object | string)[]) {
  return withSocket(async (socket) => {
    await socket.initialise();
    for (const message of said) socket.send(message);
    return socket.closed;
  });
}

const subscribe = (id: string, query = EVENTS) => ({ id, type: 'subscribe', payload: { query } });

describe('graphql-transport-ws: the connection', () => {
  test('is acknowledged after its token has been verified', () =>
    withSocket(async (socket) => {
      await socket.initialise();
      expect(socket.messages).toEqual([{ type: 'connection_ack' }]);
    }));

  test('accepts a token in the header of the upgrade', async () => {
    const headers = { authorization: `Bearer ${await token()}` };
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers,
    });
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(String(data))).toEqual({ type: 'connection_ack' });
    socket.terminate();
  });

  test('is closed with 4406 for another subprotocol or none', async () => {
    const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`);
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    expect([code, String(reason)]).toEqual([4406, 'Subprotocol not acceptable']);
  });

  test('selects graphql-transport-ws among the offered subprotocols', async () => {
    await using socket = await rawSocket(fixture.url, ['graphql-ws', 'graphql-transport-ws']);
    expect(socket.socket.protocol).toBe('graphql-transport-ws');
  });

  test('is closed with 4408 when it does not initialise in time', async () => {
    await using hasty = await startFixture({ limits: { connectionInitTimeout: 20 } });
    await using socket = await rawSocket(hasty.url);
    expect(await socket.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  test('is closed with 4429 when it initialises twice, acknowledged or not', async () => {
    const init = { type: 'connection_init', payload: { token: await token() } };
    const closed = { code: 4429, reason: 'Too many initialisation requests' };
    expect(await closedAfter(init, init)).toEqual(closed);
    expect(await closedAfterAck(init)).toEqual(closed);
  });

  test('is closed with 4403 for an invalid token and with 4411 for an expired one', async () => {
    const init = (bearer?: string) => ({ type: 'connection_init', payload: { token: bearer } });
    expect(await closedAfter({ type: 'connection_init' })).toEqual({ code: 4403, reason: 'Forbidden' });
    expect(await closedAfter(init('nonsense'))).toMatchObject({ code: 4403 });
    const expired = await token('acme', { expiresIn: -60 });
    expect(await closedAfter(init(expired))).toEqual({ code: 4411, reason: 'Token expired' });
  });

  test('is closed with 4401 when it subscribes before it has initialised', async () => {
    expect(await closedAfter(subscribe('1'))).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  test('is closed with 4500 on an internal error, which is logged once', async () => {
    const auth = { kind: 'jwks', url: 'http://127.0.0.1:1/keys' } as const;
    await using faulty = await startFixture({ auth });
    await using socket = await rawSocket(faulty.url);
    // Signed with a key of that key set, so that the gateway has to fetch the set.
    const { privateKey } = await generateKeyPair('ES256');
    const signed = await new SignJWT({ account: 'acme' })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(privateKey);
    socket.send({ type: 'connection_init', payload: { token: signed } });
    expect(await socket.closed).toEqual({ code: 4500, reason: 'Internal error' });
    expect(faulty.log.filter(({ level }) => level >= 50)).toHaveLength(1);
  });

  test('is closed with 1013 when its account has all the connections it may have', async () => {
    await using all = new AsyncDisposableStack();
    for (let i = 0; i < 5; i += 1) await all.use(await rawSocket(fixture.url)).initialise('busy');
    await using late = await rawSocket(fixture.url);
    late.send({ type: 'connection_init', payload: { token: await token('busy') } });
    expect(await late.closed).toMatchObject({ code: 1013 });
    await withSocket((other) => other.initialise('quiet'));
  });

  test('is closed with 1009 when a message is larger than allowed', async () => {
    expect(await closedAfterAck({ type: 'ping', payload: { x: 'x'.repeat(10_000) } })).toMatchObject({
      code: 1009,
    });
  });

  test('is closed with 1007 when a text is not UTF-8', async () => {
    await using socket = await rawSocket(fixture.url);
    await socket.initialise();
    socket.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect(await socket.closed).toMatchObject({ code: 1007 });
  });

  test('accepts fragmented and binary messages', () =>
    withSocket(async (socket) => {
      await socket.initialise();
      const message = Buffer.from(JSON.stringify({ type: 'ping', payload: { name: 'café' } }));
      for (const [at, byte] of message.entries())
        socket.socket.send(Buffer.from([byte]), { binary: true, fin: at === message.length - 1 });
      expect(await socket.waitFor('pong')).toEqual({ type: 'pong', payload: { name: 'café' } });
    }));

  test('is rejected with 403 when it comes from a page of a foreign origin', async () => {
    const statuses: (number | undefined)[] = [];
    for (const origin of ['https://evil.example.com', 'https://console.example.com', fixture.url]) {
      const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        origin,
      });
      statuses.push(
        await new Promise((resolve) => {
          socket.once('open', () => resolve(101));
          socket.once('unexpected-response', (_, response) => resolve(response.statusCode));
        }),
      );
      socket.on('error', () => undefined);
      socket.terminate();
    }
    expect(statuses).toEqual([403, 101, 101]);
  });

  test('is rejected with 404 elsewhere than at /graphql', async () => {
    const request = httpRequest(`${fixture.url}/elsewhere`, {
      headers: {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-version': '13',
      },
    }).end();
    const [response] = (await once(request, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(404);
  });
});

describe('graphql-transport-ws: once the connection is being closed', () => {
  const rename = (name: string) => subscribe(name, `mutation { rename(name: "${name}") { name } }`);

  test.each([
    ['an invalid message', 'nonsense'],
    ['an id in use', subscribe('same')],
    ['a second initialisation', { type: 'connection_init' }],
  ])('does not execute messages after %s, even when sent together', (title, offence) =>
    withSocket(async (socket) => {
      await socket.initialise();
      socket.send(subscribe('same'));
      const after = `after ${title}`;
      // One write, so that the gateway reads both at once.
      socket.sendTogether(() => [offence, rename(after)].forEach((message) => socket.send(message)));
      expect((await socket.closed).code).toBeGreaterThanOrEqual(4400);
      await withSocket(async (other) => {
        await other.initialise();
        other.send(rename(`since ${title}`));
        await other.waitFor('complete');
      });
      expect(fixture.hub.renamed).not.toContain(after);
    }),
  );

  test('ends operations immediately and ignores messages while the client completes the close handshake', () =>
    withSocket(async (socket) => {
      const { hub } = fixture;
      await socket.initialise();
      socket.send(subscribe('1', 'subscription { ticks }'));
      await until(() => hub.listening === 1, 'the upstream');
      // A paused client does not complete the close handshake.
      socket.socket.pause();
      socket.send('nonsense');
      await until(() => hub.listening === 0, 'the end of the upstream');
      socket.send(rename('from a deaf client'));
      await withSocket(async (other) => {
        await other.initialise();
        other.send(rename('from another client'));
        await other.waitFor('complete');
      });
      expect(hub.renamed).not.toContain('from a deaf client');
      socket.socket.resume();
      expect(await socket.closed).toMatchObject({ code: 4400 });
    }));
});

describe('graphql-transport-ws: messages', () => {
  test('answers a ping with a pong and its payload, before and after the acknowledgement, and ignores a pong', () =>
    withSocket(async (socket) => {
      socket.send({ type: 'ping', payload: { at: 1 } });
      expect(await socket.waitFor('pong')).toEqual({ type: 'pong', payload: { at: 1 } });
      await socket.initialise();
      socket.send({ type: 'pong' });
      socket.send({ type: 'ping' });
      expect(await socket.waitFor('pong', 2)).toEqual({ type: 'pong' });
      expect(socket.messages.map(({ type }) => type)).toEqual(['pong', 'connection_ack', 'pong']);
    }));

  test.each([
    ['invalid JSON', 'nonsense'],
    ['JSON that is not a message', '[]'],
    ['null', 'null'],
    ['a message without a type', {}],
    ['a type that does not exist', { type: 'start' }],
    ['a subscription without an id', { type: 'subscribe', payload: { query: EVENTS } }],
    ['a subscription with an empty id', subscribe('')],
    ['a subscription with an id of another type', { ...subscribe('1'), id: 1 }],
    ['a subscription with a very long id', subscribe('x'.repeat(2000))],
    ['a subscription without a payload', { id: '1', type: 'subscribe' }],
    ['a subscription without a query', { id: '1', type: 'subscribe', payload: {} }],
    [
      'variables that are not an object',
      { id: '1', type: 'subscribe', payload: { query: EVENTS, variables: 'x' } },
    ],
    ['a completion without an id', { type: 'complete' }],
    ['a payload of a ping that is not an object', { type: 'ping', payload: 'x' }],
    ['a server message: connection_ack', { type: 'connection_ack' }],
    ['a server message: next', { id: '1', type: 'next', payload: {} }],
    ['a server message: error', { id: '1', type: 'error', payload: [{ message: 'x' }] }],
  ])('closes the connection with 4400 on %s', async (_, message) => {
    expect(await closedAfterAck(message)).toEqual({ code: 4400, reason: 'Invalid message received' });
  });

  test('answers a query with next and complete, and accepts its id again', () =>
    withSocket(async (socket) => {
      await socket.initialise();
      for (let time = 1; time <= 2; time += 1) {
        socket.send(subscribe('1', '{ cluster(id: "c1") { name } }'));
        await socket.waitFor('complete', time);
      }
      expect(socket.messages.slice(1)).toEqual(
        [1, 2].flatMap(() => [
          { id: '1', type: 'next', payload: expect.objectContaining({ data: { cluster: { name: 'one' } } }) },
          { id: '1', type: 'complete' },
        ]),
      );
    }));

  test('sends next for each event and then complete when a subscription ends by itself', () =>
    withSocket(async (socket) => {
      await socket.initialise();
      socket.send(subscribe('1', 'subscription { countdown(from: 3) }'));
      await socket.waitFor('complete');
      socket.send({ id: '1', type: 'complete' });
      socket.send({ type: 'ping' });
      await socket.waitFor('pong');
      expect(socket.messages.slice(1)).toEqual([
        ...[3, 2, 1].map((countdown) => ({ id: '1', type: 'next', payload: { data: { countdown } } })),
        { id: '1', type: 'complete' },
        { type: 'pong' },
      ]);
    }));

  test('cancels a query that the client completes before its response', () =>
    withSocket(async (socket) => {
      const { hub } = fixture;
      await socket.initialise();
      const { slow, abortedSlow: before } = hub;
      socket.send(subscribe('1', '{ slow }'));
      await until(() => hub.slow === slow + 1, 'the query');
      socket.send({ id: '1', type: 'complete' });
      await until(() => hub.abortedSlow === before + 1, 'its cancellation');
      socket.send({ type: 'ping' });
      await socket.waitFor('pong');
      expect(socket.messages.map(({ type }) => type)).toEqual(['connection_ack', 'pong']);
    }));

  test('sends errors of a document as one error message', () =>
    withSocket(async (socket) => {
      await socket.initialise();
      for (const [id, query, code] of [
        ['parse', '{', 'GRAPHQL_PARSE_FAILED'],
        ['validate', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
        ['two', 'query A { version } query B { version }', 'BAD_REQUEST'],
      ] as const) {
        socket.send(subscribe(id, query));
        await until(() => socket.messages.some((message) => message['id'] === id), id);
        const about = socket.messages.filter((message) => message['id'] === id);
        expect(about).toMatchObject([{ type: 'error', payload: [{ extensions: { code } }] }]);
      }
      socket.send(subscribe('parse', '{ version }'));
      await socket.waitFor('complete');
    }));

  test('closes the connection with 4409 on an id in use', async () => {
    expect(await closedAfterAck(subscribe('same'), subscribe('same'))).toEqual({
      code: 4409,
      reason: 'Subscriber for same already exists',
    });
    const long = 'ü'.repeat(500);
    expect(await closedAfterAck(subscribe(long), subscribe(long))).toMatchObject({ code: 4409 });
  });

  test('sends nothing after complete, frees the id, and ignores completion of an unknown id', () =>
    withSocket(async (socket) => {
      const { hub } = fixture;
      await socket.initialise();
      socket.send({ id: 'unknown', type: 'complete' });
      socket.send(subscribe('1', 'subscription { ticks }'));
      await until(() => hub.listening === 1, 'the upstream');
      socket.send({ id: '1', type: 'complete' });
      await until(() => hub.listening === 0, 'its end');
      hub.publish('acme', 'c1');
      socket.send(subscribe('1', '{ version }'));
      await socket.waitFor('complete');
      expect(socket.messages.filter(({ type }) => type === 'next')).toHaveLength(1);
    }));

  test('rejects each operation beyond the limit of a socket', () =>
    withSocket(async (socket) => {
      await socket.initialise();
      for (const id of ['1', '2', '3', '4']) socket.send(subscribe(id, 'subscription { ticks }'));
      const rejected = await socket.waitFor('error');
      expect(rejected).toMatchObject({ id: '4', payload: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] });
      socket.send({ id: '1', type: 'complete' });
      socket.send(subscribe('4', '{ version }'));
      await socket.waitFor('complete');
    }));

  test('accepts a document hash', () =>
    withSocket(async (socket) => {
      await socket.initialise();
      const sha256Hash = 'a'.repeat(64);
      const extensions = { persistedQuery: { version: 1, sha256Hash } };
      socket.send({ id: '1', type: 'subscribe', payload: { query: '', extensions } });
      expect(await socket.waitFor('error')).toMatchObject({
        payload: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
      });
    }));

  test('sends bookmarks as messages only on request', () =>
    withSocket(async (socket) => {
      const { hub } = fixture;
      await socket.initialise();
      hub.bookmarks = true;
      const query = 'subscription { clusterEvents { sequence } }';
      socket.send({ id: 'plain', type: 'subscribe', payload: { query } });
      socket.send({ id: 'asked', type: 'subscribe', payload: { query, extensions: { bookmarks: true } } });
      const { sequence } = hub.publish('acme', 'c1');
      const about = (id: string) => socket.messages.filter((message) => message['id'] === id);
      const last = (id: string) => JSON.stringify(about(id).at(-1)?.['payload'] ?? null);
      await until(() => last('asked').includes(`"bookmark":{"cursor":"${sequence}"}`), 'the bookmark');
      hub.bookmarks = false;
      expect(about('asked').at(-1)?.['payload']).toEqual({
        data: null,
        extensions: { bookmark: { cursor: String(sequence) } },
      });
      expect(JSON.stringify(about('plain'))).not.toContain('bookmark');
    }));
});
