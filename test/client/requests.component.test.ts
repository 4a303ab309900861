import { createClient, GraphQLRequestError, type Retry, TransportError } from '@fleetgraph/client';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { Add, Broken, Misspelled, Total } from './documents.js';
import { TestServer, TOKEN } from './server.js';

const FAST = { initialDelayMs: 5, maxDelayMs: 20, maxElapsedMs: 5_000 };
let server: TestServer;

beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server[Symbol.asyncDispose]());

describe('query and mutate', () => {
  it('return data of the type of the document', async () => {
    await using client = createClient({ url: server.url, token: TOKEN });
    const added = await client.mutate(Add, { input: { amount: 7 } });
    const data = await client.query(Total);
    expect(added.add).toBe(1);
    expect(data.total).toBe(7);
    expectTypeOf(data).toEqualTypeOf<{ readonly total: number }>();
    // @ts-expect-error the variables of a mutation are checked
    await expect(client.mutate(Add, { input: { amount: 'seven' } })).rejects.toBeInstanceOf(
      GraphQLRequestError,
    );
  });

  it('throw the errors of a response with their codes and partial data', async () => {
    await using client = createClient({ url: server.url, token: TOKEN });
    const error = await client.query(Broken).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GraphQLRequestError);
    expect(error).toMatchObject({
      code: 'NOT_FOUND',
      codes: ['NOT_FOUND'],
      data: { broken: null, total: 0 },
    });
  });

  it('throw without a retry when the server rejects the document', async () => {
    await using client = createClient({ url: server.url, token: TOKEN, retry: FAST });
    await expect(client.query(Misspelled)).rejects.toThrow(/Cannot query field "totally"/);
    expect(server.requests).toBe(1);
  });

  it('request a new token once when the server rejects the old one', async () => {
    const tokens = ['expired', TOKEN];
    await using client = createClient({ url: server.url, token: () => tokens.shift() });
    await expect(client.query(Total)).resolves.toEqual({ total: 0 });
    await using stubborn = createClient({ url: server.url, token: () => 'expired' });
    await expect(stubborn.query(Total)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(server.requests).toBe(4);
  });
});

describe('while the server is unavailable', () => {
  it('retries a query until the server is back', async () => {
    const retries: Retry[] = [];
    await server.kill();
    await using client = createClient({
      url: server.url,
      token: TOKEN,
      retry: FAST,
      onRetry: (retry) => {
        retries.push(retry);
        if (retries.length === 2) void server.listen();
      },
    });
    await expect(client.query(Total)).resolves.toEqual({ total: 0 });
    expect(retries.length).toBeGreaterThanOrEqual(2);
    expect(retries[0]).toMatchObject({ operation: 'Total', attempt: 1 });
    expect(retries[0]?.error).toBeInstanceOf(TransportError);
  });

  it('fails a query after maxElapsedMs', async () => {
    await server.kill();
    await using client = createClient({
      url: server.url,
      token: TOKEN,
      retry: { ...FAST, maxElapsedMs: 30 },
    });
    await expect(client.query(Total)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('sends a mutation with a clientToken again when its response is lost, and the server runs it once', async () => {
    server.statuses.push(502, 503);
    await using client = createClient({ url: server.url, token: TOKEN, retry: FAST });
    await client.mutate(Add, { input: { amount: 5, clientToken: 'once' } });
    expect(server.requests).toBe(3);
    expect(server.ledger.entries).toEqual([5]);
  });

  it('does not retry a mutation without a clientToken', async () => {
    server.statuses.push(502);
    await using client = createClient({ url: server.url, token: TOKEN, retry: FAST });
    await expect(client.mutate(Add, { input: { amount: 5 } })).rejects.toMatchObject({ status: 502 });
    expect(server.ledger.entries).toEqual([5]);
  });

  it('rejects a request with the reason of its abort signal', async () => {
    await server.kill();
    const stop = new AbortController();
    await using client = createClient({
      url: server.url,
      retry: { ...FAST, initialDelayMs: 60_000, maxElapsedMs: 600_000 },
      onRetry: () => stop.abort(new Error('enough')),
    });
    await expect(client.query(Total, {}, { signal: stop.signal })).rejects.toThrow('enough');
  });
});
