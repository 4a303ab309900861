import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentHash, trustedDocuments } from '../../../../gateway/request/documents/trusted-documents.js';
import { type Fixture, startFixture, token } from '../../fixtures/gateway.js';
import { type TransportRequest, transports } from '../../fixtures/transports.js';

const REGIONS = '{ regions { id } }';
const CLUSTERS = '{ clusters { id } }';
const hashed = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });
const of = (text: string) => hashed(documentHash(text));

const started = new AsyncDisposableStack();
let bearer: string;
let trusting: Fixture;
let learning: Fixture;
beforeAll(async () => {
  bearer = await token();
  trusting = started.use(await startFixture({ trustedDocuments: trustedDocuments([['app', REGIONS]]) }));
  learning = started.use(await startFixture());
});
afterAll(() => started.disposeAsync());

/** References to trusted documents. */
const good: readonly (readonly [string, TransportRequest])[] = [
  ['its text', { query: REGIONS }],
  ['its hash', { extensions: of(REGIONS) }],
  ['its text and hash', { query: REGIONS, extensions: of(REGIONS) }],
  ['its id', { documentId: 'app' }],
  ['its hash as an id', { documentId: `sha256:${documentHash(REGIONS)}` }],
  ['its id with the hash of another, which does not count', { documentId: 'app', extensions: of(CLUSTERS) }],
  [
    'its text with extensions of any size',
    { query: REGIONS, extensions: { ...of(REGIONS), x: 'x'.repeat(4000) } },
  ],
];

const NOT_LISTED = 'PERSISTED_QUERY_NOT_IN_LIST';
const NOT_SAFE = 'QUERY_NOT_IN_SAFELIST';
/** References that must not allow another document. */
const bad: readonly (readonly [string, TransportRequest, string])[] = [
  ['another text', { query: CLUSTERS }, NOT_SAFE],
  ['another text with the hash of a trusted one', { query: CLUSTERS, extensions: of(REGIONS) }, NOT_SAFE],
  ['another text with the id of a trusted one', { query: CLUSTERS, documentId: 'app' }, NOT_SAFE],
  ['another text that is to be learnt', { query: CLUSTERS, extensions: of(CLUSTERS) }, NOT_LISTED],
  ['what was to be learnt', { extensions: of(CLUSTERS) }, NOT_LISTED],
  ['another text with an empty id', { query: CLUSTERS, documentId: '' }, NOT_LISTED],
  ['a hash that objects have', { extensions: hashed('constructor') }, NOT_LISTED],
  ['an id that objects have', { documentId: '__proto__' }, NOT_LISTED],
  ['a trusted text with a space behind it', { query: `${REGIONS} ` }, NOT_SAFE],
  ['a trusted hash in capitals', { documentId: documentHash(REGIONS).toUpperCase() }, NOT_LISTED],
  [
    'a hash of another version',
    { query: CLUSTERS, extensions: { persistedQuery: { version: 2, sha256Hash: documentHash(REGIONS) } } },
    'BAD_REQUEST',
  ],
  ['a hash that is none', { query: CLUSTERS, extensions: { persistedQuery: 'app' } }, 'BAD_REQUEST'],
];

describe.each([...transports])('by %s', (name, send) => {
  test.each(good)('runs a trusted document by %s', async (_, request) => {
    expect((await send(trusting.url, request, bearer)).data).toHaveProperty('regions');
  });

  test.each(bad)('rejects %s when only trusted documents may run', async (_, request, code) => {
    expect(await send(trusting.url, request, bearer)).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  test('finds a persisted document on every transport after it was sent once', async () => {
    const query = `{ regions { id } a: __typename @include(if: true) } # ${name}`;
    const request = { extensions: of(query) };
    const unknown = { errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] };
    const wrong = { errors: [{ extensions: { code: 'BAD_REQUEST' } }] };
    expect(await send(learning.url, request, bearer)).toMatchObject(unknown);
    // A document that does not match the hash is not stored.
    expect(await send(learning.url, { ...request, query: CLUSTERS }, bearer)).toMatchObject(wrong);
    expect(await send(learning.url, request, bearer)).toMatchObject(unknown);
    expect((await send(learning.url, { ...request, query }, bearer)).data).toHaveProperty('regions');
    for (const other of transports.values())
      expect((await other(learning.url, request, bearer)).data).toHaveProperty('regions');
    expect(await send(learning.url, { ...request, query: CLUSTERS }, bearer)).toMatchObject(wrong);
    expect((await send(learning.url, request, bearer)).data).toHaveProperty('regions');
  });
});
