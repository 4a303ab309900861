import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PersistedDocuments } from '../../../../gateway/request/documents/persisted-documents.js';
import {
  documentHash,
  readTrustedDocuments,
} from '../../../../gateway/request/documents/trusted-documents.js';
import { type Fixture, startFixture, token } from '../../fixtures/gateway.js';

const REGIONS = '{ regions { id } }';
const CLUSTERS = '{ clusters { id } }';
const hashed = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: documentHash(text) } });

async function send(url: string, request: object, method: 'GET' | 'POST' = 'POST') {
  const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' };
  const parameters = new URLSearchParams(
    Object.entries(request).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const response =
    method === 'POST'
      ? await fetch(`${url}/graphql`, { method, headers, body: JSON.stringify(request) })
      : await fetch(`${url}/graphql?${parameters}`, { headers });
  const body = (await response.json()) as {
    data?: Record<string, unknown>;
    errors?: { message: string; extensions: { code: string } }[];
  };
  return {
    status: response.status,
    data: body.data,
    message: body.errors?.[0]?.message,
    code: body.errors?.[0]?.extensions.code,
  };
}

describe('automatic persisted queries', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  test('finds a document by its hash once it has been sent', async () => {
    const extensions = hashed(REGIONS);
    expect(await send(fixture.url, { extensions })).toMatchObject({
      status: 200,
      message: 'PersistedQueryNotFound',
      code: 'PERSISTED_QUERY_NOT_FOUND',
    });
    expect((await send(fixture.url, { query: REGIONS, extensions })).data).toHaveProperty('regions');
    expect((await send(fixture.url, { extensions })).data).toHaveProperty('regions');
    expect((await send(fixture.url, { extensions }, 'GET')).data).toHaveProperty('regions');
    expect((await send(fixture.url, { documentId: `sha256:${documentHash(REGIONS)}` })).data).toHaveProperty(
      'regions',
    );
  });

  test('registers a document sent by GET', async () => {
    const extensions = hashed(CLUSTERS);
    expect((await send(fixture.url, { query: CLUSTERS, extensions }, 'GET')).data).toHaveProperty('clusters');
    expect((await send(fixture.url, { extensions }, 'GET')).data).toHaveProperty('clusters');
  });

  test('rejects a document with the hash of another and does not register it', async () => {
    const extensions = hashed('{ __typename }');
    expect(await send(fixture.url, { query: REGIONS, extensions })).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
    });
    expect((await send(fixture.url, { extensions })).code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test.each([{ version: 2, sha256Hash: 'x' }, { version: 1 }, 'x'])('rejects %j', async (persistedQuery) => {
    expect((await send(fixture.url, { extensions: { persistedQuery } })).code).toBe('BAD_REQUEST');
  });

  test('bounds the cache of persisted documents', () => {
    const documents = new PersistedDocuments({ documentBytes: 1_000_000 });
    const texts = Array.from({ length: 1001 }, (_, i) => `{ a${i} }`);
    for (const query of texts) documents.resolve({ query, extensions: hashed(query) });
    expect(documents.resolve({ extensions: hashed(texts[1000] ?? '') })).toBe(texts[1000]);
    expect(() => documents.resolve({ extensions: hashed(texts[0] ?? '') })).toThrow('PersistedQueryNotFound');
  });
});

test('reads trusted documents in the formats of graphql-codegen and Apollo', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trusted-'));
  const write = async (content: unknown) => {
    const file = join(folder, 'list.json');
    await writeFile(file, JSON.stringify(content));
    return file;
  };
  const hash = documentHash(REGIONS);
  const operations = [{ id: 'r', name: 'R', type: 'query', body: REGIONS }];
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
  expect((await readTrustedDocuments(await write({ [hash]: REGIONS }))).get(hash)).toBe(REGIONS);
  expect((await readTrustedDocuments(await write(manifest))).get('r')).toBe(REGIONS);
  await expect(readTrustedDocuments(await write([1]))).rejects.toThrow('is not a list of trusted documents');
  await rm(folder, { recursive: true });
});
