import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Limits } from '../../../gateway/request/limits/limits.js';
import { type GatewayResponse, type Fixture, post, startFixture, token, until } from '../fixtures/gateway.js';
import { requestOnNewConnection } from '../fixtures/dedicated-connection.js';
import { type RawSocket, rawSocket } from '../fixtures/raw-socket.js';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const start = async (limits: Partial<Limits>): Promise<Fixture> => stack.use(await startFixture({ limits }));

/** An operation that runs until its client disconnects; each index gives another document. */
const slow = (index: number) => `{ s${index}: slow }`;
const QUICK = '{ regions { id } }';

/** Sends requests of an account that run until `leave`; waits until all of them run. */
async function occupy(fixture: Fixture, count: number): Promise<{ leave(): void }> {
  const leaving = new AbortController();
  for (let index = 0; index < count; index += 1)
    post(fixture.url, slow(index), { signal: leaving.signal }).catch(() => undefined);
  await until(() => fixture.hub.slow === count, 'the slow operations');
  return { leave: () => leaving.abort() };
}

describe('HTTP requests of one account', () => {
  test('wait at the concurrency limit, are rejected when the queue is full, and do not delay other accounts', async () => {
    const fixture = await start({ requestsPerAccount: 2, requestsWaiting: 3 });
    const { leave } = await occupy(fixture, 2);
    const responses: GatewayResponse[] = [];
    const sent = Array.from({ length: 5 }, async () => responses.push(await post(fixture.url, QUICK)));
    await until(() => responses.length === 2, 'the rejections');
    for (const { status, errors, headers } of responses) {
      expect([status, errors?.[0]?.extensions]).toMatchObject([
        429,
        { code: 'TOO_MANY_REQUESTS', retryAfter: 1 },
      ]);
      expect(headers.get('retry-after')).toBe('1');
    }
    const other = await post(fixture.url, QUICK, { bearer: await token('globex') });
    expect(other.status).toBe(200);
    expect(responses).toHaveLength(2);
    leave();
    await Promise.all(sent);
    expect(responses.map(({ status }) => status)).toEqual([429, 429, 200, 200, 200]);
  });

  test('leave the queue when their clients disconnect', async () => {
    const fixture = await start({ requestsPerAccount: 1, requestsWaiting: 1 });
    const { leave } = await occupy(fixture, 1);
    // Of two requests one waits and the other is rejected, whichever arrives first.
    const sent = [1, 2].map((index) => {
      const controller = new AbortController();
      const status = post(fixture.url, slow(index), { signal: controller.signal }).then(
        (response) => response.status,
        () => 'disconnected',
      );
      return { controller, status };
    });
    const rejected = await Promise.race(sent.map(({ status }, index) => status.then(() => index)));
    expect(await sent[rejected]?.status).toBe(429);
    const waiting = sent[1 - rejected];
    waiting?.controller.abort();
    expect(await waiting?.status).toBe('disconnected');
    const next = post(fixture.url, QUICK);
    leave();
    let { status } = await post(fixture.url, QUICK);
    while (status === 429) ({ status } = await post(fixture.url, QUICK));
    expect(status).toBe(200);
    await next;
    // The operation of the disconnected client was never executed.
    expect(fixture.hub.slow).toBe(1);
  });

  test('release their slots when their clients disconnect within the body, without logging an error', async () => {
    const fixture = await start({ requestsPerAccount: 1, requestsWaiting: 1 });
    const { hostname, port } = new URL(fixture.url);
    const socket = connect(Number(port), hostname);
    const head = ['POST /graphql HTTP/1.1', 'host: x', `authorization: Bearer ${await token()}`];
    socket.write(
      [...head, 'content-type: application/json', 'content-length: 99', '', '{"query":'].join('\r\n'),
    );
    const sent: Promise<GatewayResponse>[] = [];
    // The queue is full when the unfinished request has the slot and another one waits for it.
    let status = 200;
    while (status !== 429) {
      const pair = [post(fixture.url, QUICK), post(fixture.url, QUICK)];
      sent.push(...pair);
      ({ status } = await Promise.race(pair));
    }
    socket.destroy();
    await Promise.all(sent);
    expect((await post(fixture.url, QUICK)).status).toBe(200);
    expect(fixture.log.filter(({ level }) => level >= 50)).toEqual([]);
  });

  test('read only as many large bodies at once as the account may have', async () => {
    const fixture = await start({ largeBodiesPerAccount: 1 });
    const { hostname, port } = new URL(fixture.url);
    const large = { query: QUICK, extensions: { padding: 'x'.repeat(200_000) } };
    const body = JSON.stringify(large);
    const unfinished = connect(Number(port), hostname);
    stack.defer(() => void unfinished.destroy());
    const head = ['POST /graphql HTTP/1.1', 'host: x', `authorization: Bearer ${await token()}`];
    unfinished.write(
      [
        ...head,
        'content-type: application/json',
        `content-length: ${body.length}`,
        '',
        body.slice(0, 100_000),
      ].join('\r\n'),
    );
    const statuses: Promise<number | undefined>[] = [];
    const statusOf = async (bearer: string) =>
      (await requestOnNewConnection(fixture.url, { bearer, body: large })).resume().statusCode;
    const acmeToken = await token();
    const globexToken = await token('globex');
    /** Polls until a large body of another account, sent later, is read first. */
    const waits = async () => {
      const status = statusOf(acmeToken);
      statuses.push(status);
      return Promise.race([status, statusOf(globexToken).then((other) => `waits, other: ${other}`)]);
    };
    await expect.poll(waits).toBe('waits, other: 200');
    expect((await post(fixture.url, QUICK)).status).toBe(200);
    unfinished.write(body.slice(100_000));
    const [chunk] = (await once(unfinished, 'data')) as [Buffer];
    expect(String(chunk)).toMatch(/^HTTP\/1.1 200 /);
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]));
  });

  test('release their slots when they become streams', async () => {
    const fixture = await start({ requestsPerAccount: 1, requestsWaiting: 1 });
    for (const accept of ['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0, application/json']) {
      const body = { query: 'subscription { clusterEvents { sequence } }' };
      const stream = await requestOnNewConnection(fixture.url, {
        bearer: await token(),
        headers: { accept },
        body,
      });
      stack.defer(() => void stream.destroy());
      expect((await post(fixture.url, QUICK)).status).toBe(200);
    }
  });

  test('run the operations of a batch within the concurrency limit', async () => {
    const fixture = await start({ requestsPerAccount: 2, batch: 10 });
    const body = Array.from({ length: 10 }, (_, index) => ({ query: slow(index) }));
    const leaving = new AbortController();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await token()}` };
    const options = { method: 'POST', headers, body: JSON.stringify(body), signal: leaving.signal };
    const batch = fetch(`${fixture.url}/graphql`, options).catch(() => 'left');
    await until(() => fixture.hub.slow === 2, 'the first operations');
    expect((await post(fixture.url, QUICK, { bearer: await token('globex') })).status).toBe(200);
    leaving.abort();
    expect(await batch).toBe('left');
    await until(() => fixture.hub.abortedSlow === 2, 'the end of the operations');
    // The waiting operations were never executed.
    expect(fixture.hub.slow).toBe(2);
  });
});

describe('large messages of WebSockets', () => {
  const message = (id: string) =>
    JSON.stringify({
      ...{ id, type: 'subscribe' },
      payload: { query: QUICK, extensions: { padding: 'x'.repeat(200_000) } },
    });

  /** A socket that has sent only a part of a message. */
  async function unfinished(fixture: Fixture) {
    const raw = stack.use(await rawSocket(fixture.url));
    await raw.initialise();
    raw.socket.send(message('1').slice(0, 150_000), { fin: false });
    return raw;
  }

  /** A new socket of an account that has sent a large message. */
  async function sender(fixture: Fixture, account: string) {
    const raw = stack.use(await rawSocket(fixture.url));
    await raw.initialise(account);
    raw.send(message('1'));
    return raw;
  }

  /** Polls until a large message of another account, sent later, is read first. */
  async function waiting(fixture: Fixture) {
    const all: RawSocket[] = [];
    await expect
      .poll(async () => {
        const raw = await sender(fixture, 'acme');
        all.push(raw);
        const other = await sender(fixture, 'globex');
        return Promise.race([
          raw.waitFor('next').then(() => 'is read'),
          other.waitFor('next').then(() => 'waits'),
        ]);
      })
      .toBe('waits');
    return all;
  }

  test('are read only as many at once as the account may have', async () => {
    const fixture = await start({ largeBodiesPerAccount: 1 });
    const first = await unfinished(fixture);
    const all = await waiting(fixture);
    first.socket.send(message('1').slice(150_000), { fin: true });
    await Promise.all([first, ...all].map((raw) => raw.waitFor('next')));
  });

  test('no longer wait for a message whose socket has closed', async () => {
    const fixture = await start({ largeBodiesPerAccount: 1 });
    const first = await unfinished(fixture);
    const all = await waiting(fixture);
    first.socket.terminate();
    await Promise.all(all.map((raw) => raw.waitFor('next')));
  });
});

test('limits concurrent operations on all WebSockets of one account', async () => {
  const fixture = await start({ requestsPerAccount: 2, requestsWaiting: 2 });
  const sockets = [stack.use(await rawSocket(fixture.url)), stack.use(await rawSocket(fixture.url))];
  await Promise.all(sockets.map((socket) => socket.initialise()));
  for (const [index, socket] of sockets.entries()) {
    for (const id of ['a', 'b', 'c'])
      socket.send({ id, type: 'subscribe', payload: { query: `{ ${id}${index}: slow }` } });
  }
  const rejections = () => sockets.flatMap(({ messages }) => messages.filter(({ type }) => type === 'error'));
  await until(
    () => rejections().length === 2 && fixture.hub.slow === 2,
    'the first operations and the rejections',
  );
  for (const rejection of rejections())
    expect(rejection).toMatchObject({
      payload: [{ extensions: { code: 'TOO_MANY_REQUESTS', retryAfter: 1 } }],
    });
  const other = stack.use(await rawSocket(fixture.url));
  await other.initialise('globex');
  other.send({ id: 'a', type: 'subscribe', payload: { query: QUICK } });
  await other.waitFor('complete');
});

test('limits the distinct subscriptions of an account; shared ones count once', async () => {
  const fixture = await start({ subscriptionsPerAccount: 2 });
  const socket = stack.use(await rawSocket(fixture.url));
  await socket.initialise();
  const subscribe = (id: string, alias: string) =>
    socket.send({
      id,
      type: 'subscribe',
      payload: { query: `subscription { ${alias}: clusterEvents { sequence } }` },
    });
  for (const [id, alias] of ['ax', 'by', 'cx', 'dz'].entries()) subscribe(String(id), alias.slice(1));
  expect(await socket.waitFor('error')).toMatchObject({
    id: '3',
    payload: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'subscriptionsPerAccount', maximum: 2 } }],
  });
  await until(() => fixture.hub.listening === 2, 'two executions');
  const other = stack.use(await rawSocket(fixture.url));
  await other.initialise('globex');
  other.send({
    id: 'a',
    type: 'subscribe',
    payload: { query: 'subscription { clusterEvents { sequence } }' },
  });
  await until(() => fixture.hub.listening === 3, 'the subscription of the other account');
  // Another subscription may start when one has ended.
  socket.send({ id: '1', type: 'complete' });
  await until(() => fixture.hub.listening === 2, 'the end of one');
  subscribe('4', 'z');
  await until(() => fixture.hub.listening === 3, 'the one that may begin now');
  expect(socket.messages.filter(({ type }) => type === 'error')).toHaveLength(1);
});

describe('pipelined requests on one connection', () => {
  const REQUEST = '{"query":"{ regions { id } }"}';
  const head = (bearer?: string) =>
    [
      ...['POST /graphql HTTP/1.1', 'host: 127.0.0.1', 'content-type: application/json'],
      ...(bearer === undefined ? [] : [`authorization: Bearer ${bearer}`]),
      `content-length: ${REQUEST.length}`,
    ].join('\r\n') + '\r\n\r\n';
  /** Pipelines `count` requests; returns the statuses when all have arrived or the gateway has closed the connection. */
  const statuses = async (fixture: Fixture, count: number, bearer?: string) => {
    const { hostname, port } = new URL(fixture.url);
    const socket = connect(Number(port), hostname);
    stack.defer(() => void socket.destroy());
    let said = '';
    const found = () => [...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      said += chunk;
      if (found().length === count) socket.end();
    });
    // The kernel resets a connection that is closed with unread data.
    socket.on('error', () => undefined);
    socket.write((head(bearer) + REQUEST).repeat(count));
    await new Promise((resolve) => socket.once('close', resolve));
    return found();
  };

  test('are answered in order up to the limit', async () => {
    const fixture = await start({});
    expect(await statuses(fixture, 16, await token())).toEqual(Array.from({ length: 16 }, () => 200));
  });

  test('release their slots when their client disconnects', async () => {
    const fixture = await start({ requestsPerAccount: 3, requestsWaiting: 1 });
    const { hostname, port } = new URL(fixture.url);
    const socket = connect(Number(port), hostname);
    const bearer = await token();
    for (const index of [1, 2, 3]) {
      const body = JSON.stringify({ query: slow(index) });
      socket.write(head(bearer).replace(/content-length: \d+/, `content-length: ${body.length}`) + body);
    }
    await until(() => fixture.hub.slow === 3, 'the slow operations');
    socket.destroy();
    for (let turn = 0; turn < 4; turn += 1) expect((await post(fixture.url, QUICK)).status).toBe(200);
  });

  test('destroy the connection beyond the limit', async () => {
    const fixture = await start({});
    expect((await statuses(fixture, 300, await token())).length).toBeLessThanOrEqual(16);
    expect((await post(fixture.url, QUICK)).status).toBe(200);
  });

  test('destroy the connection of an unauthenticated client', async () => {
    const fixture = await start({});
    expect((await statuses(fixture, 300)).length).toBeLessThanOrEqual(1);
    // Sequential requests on one connection are allowed.
    const { hostname, port } = new URL(fixture.url);
    const socket = connect(Number(port), hostname);
    stack.defer(() => void socket.destroy());
    for (let turn = 0; turn < 3; turn += 1) {
      socket.write(head() + REQUEST);
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      expect(String(chunk)).toMatch(/^HTTP\/1\.1 401/);
    }
  });
});
