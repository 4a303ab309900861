import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { Limits } from '../../../../gateway/request/limits/limits.js';
import { requestOnNewConnection } from '../../fixtures/dedicated-connection.js';
import { type Fixture, post, startFixture, token, until } from '../../fixtures/gateway.js';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const start = async (limits: Partial<Limits>): Promise<Fixture> => stack.use(await startFixture({ limits }));

const QUICK = '{ regions { id } }';

describe('a response that its client does not read', () => {
  const INTROSPECTION =
    '{ __schema { types { name fields { name type { name kind ofType { name kind } } } } } }';

  test('is destroyed, and its slot is released', async () => {
    const fixture = await start({
      unreadTimeout: 200,
      batch: 5000,
      bodyBytes: 10_000_000,
      requestsPerAccount: 1,
    });
    const body = Array.from({ length: 4000 }, () => ({ query: INTROSPECTION }));
    const response = await requestOnNewConnection(fixture.url, { bearer: await token(), body });
    const { socket } = response;
    expect(response.statusCode).toBe(200);
    const closed = once(socket, 'close');
    // The next request gets the slot when the connection is closed.
    expect((await post(fixture.url, QUICK)).status).toBe(200);
    response.resume();
    await closed;
    expect(response.complete).toBe(false);
  });

  test('is not destroyed while it is read', async () => {
    const fixture = await start({ unreadTimeout: 200, batch: 5000, bodyBytes: 10_000_000 });
    const body = Array.from({ length: 4000 }, () => ({ query: INTROSPECTION }));
    const response = await requestOnNewConnection(fixture.url, { bearer: await token(), body });
    expect(JSON.parse(await text(response))).toHaveLength(4000);
  });

  test('is also destroyed as a stream', async () => {
    const fixture = await start({ unreadTimeout: 200 });
    const body = { query: 'subscription { clusterEvents { sequence padding } }' };
    const headers = { accept: 'text/event-stream' };
    const response = await requestOnNewConnection(fixture.url, { bearer: await token(), headers, body });
    await until(() => fixture.hub.listening === 1, 'the stream');
    for (let index = 0; index < 100; index += 1) fixture.hub.publish('acme', 'c1');
    await until(() => fixture.hub.listening === 0, 'the end of the stream');
    response.destroy();
  });
});

describe('a long response', () => {
  const LONG =
    '{ __schema { types { name description fields { name description type { name kind ofType { name kind } } } } } }';
  const send = async (fixture: Fixture, query: string, acceptEncoding?: string) => {
    const headers: Record<string, string> =
      acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
    const response = await requestOnNewConnection(fixture.url, {
      bearer: await token(),
      headers,
      body: { query },
    });
    return { headers: response.headers, body: await buffer(response) };
  };
  const decoders = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };

  test.each([
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['zstd', 'zstd'],
    ['zstd;q=0, br;q=0, *', 'gzip'],
  ] as const)('is compressed for a client that accepts %s: %s', async (accepted, coding) => {
    const fixture = await start({});
    const plain = await send(fixture, LONG);
    const { headers, body } = await send(fixture, LONG, accepted);
    expect(headers).toMatchObject({ 'content-encoding': coding, vary: 'accept-encoding' });
    expect(Number(headers['content-length'])).toBe(body.length);
    expect(body.length).toBeLessThan(plain.body.length / 2);
    expect(decoders[coding](body).toString()).toBe(plain.body.toString());
  });

  test('is sent uncompressed with a Vary header to a client that accepts no coding', async () => {
    const fixture = await start({});
    for (const accepted of [undefined, '', 'identity', 'deflate', 'gzip;q=0']) {
      const { headers } = await send(fixture, LONG, accepted);
      expect(headers['content-encoding']).toBeUndefined();
      expect(headers.vary).toBe('accept-encoding');
    }
  });

  test('is compressed, unlike a short one', async () => {
    const fixture = await start({});
    const { headers } = await send(fixture, QUICK, 'gzip');
    expect(headers['content-encoding']).toBeUndefined();
  });
});
