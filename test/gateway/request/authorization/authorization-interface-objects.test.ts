import { pino } from 'pino';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../../gateway/supergraph/compose.js';
import type { SubgraphName } from '../../../../subgraphs/runtime/subgraph.js';
import { post, startFixture, token } from '../../fixtures/gateway.js';
import { SubgraphExecutor } from '../../../../subgraphs/runtime/execution/subgraph-executor.js';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable",
  "@external", "@requires", "@provides", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])\n`;

function define(name: SubgraphName, types: string, resolvers: Record<string, Record<string, unknown>>) {
  const sdl = LINK + types;
  return { name, sdl, schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }) };
}

const requests: string[] = [];
const media = define(
  'regions',
  `type Query { medias: [Media!]! books: [Book!]! works: [Work!]! }
   interface Media @key(fields: "id") { id: ID! title: String }
   type Book implements Media @key(fields: "id") { id: ID! title: String }
   type Film implements Media @key(fields: "id") { id: ID! title: String }
   union Work = Book | Film`,
  {
    Query: {
      medias: () => [
        { __typename: 'Book', id: '1', title: 'b' },
        { __typename: 'Film', id: '2', title: 'f' },
      ],
      books: () => [{ id: '1', title: 'b' }],
      works: () => [
        { __typename: 'Book', id: '1', title: 'b' },
        { __typename: 'Film', id: '2', title: 'f' },
      ],
    },
  },
);
const sales = define(
  'clusters',
  `type Media @key(fields: "id") @interfaceObject { id: ID!
     income: Int @requiresScopes(scopes: [["pay:read"]])
     sold: Int @authenticated
     ruled: Int @policy(policies: [["vip"]])
     free: Int }`,
  {
    Media: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      income: () => (requests.push('income'), 5),
      sold: () => 6,
      ruled: () => (requests.push('ruled'), 7),
      free: () => 8,
    },
  },
);

const subgraphs = [media, sales];
const options = () => ({
  supergraphSdl: composeSupergraph(subgraphs),
  subgraphs: Object.fromEntries(
    subgraphs.map((subgraph) => [
      subgraph.name,
      { kind: 'local' as const, subgraph: new SubgraphExecutor(subgraph, pino({ level: 'silent' })) },
    ]),
  ),
});

const FIELDS = 'free income ruled';

test.each([
  ['the interface', `{ medias { ${FIELDS} } }`],
  ['types behind the interface', `{ medias { ... on Book { ${FIELDS} } ... on Film { ${FIELDS} } } }`],
  ['a type', `{ books { ${FIELDS} } }`],
  ['a fragment of the interface on a type', `{ books { ...M } } fragment M on Media { ${FIELDS} }`],
  ['a union', `{ works { ... on Media { ${FIELDS} } } }`],
])(
  'does not fetch a restricted field of an interface object through %s without its scope',
  async (_, query) => {
    await using fixture = await startFixture(options());
    const send = async (claims: object) => {
      const response = await post(fixture.url, query, {
        bearer: await token('acme', { claims: { ...claims } }),
      });
      const [items = []] = Object.values(response.data as Record<string, unknown[]>);
      const codes = (response.errors ?? []).map(({ extensions }) => extensions['code']);
      return { items, codes: [...new Set(codes)], asked: new Set(requests.splice(0)) };
    };
    const unauthorized = await send({ scope: '' });
    expect(unauthorized.items).not.toEqual([]);
    for (const item of unauthorized.items) expect(item).toEqual({ free: 8, income: null, ruled: null });
    expect(unauthorized.codes).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(unauthorized.asked).toEqual(new Set());
    const holder = await send({ scope: 'pay:read', policies: ['vip'] });
    for (const item of holder.items) expect(item).toEqual({ free: 8, income: 5, ruled: 7 });
    expect(holder).toMatchObject({ codes: [], asked: new Set(['income', 'ruled']) });
  },
);

test('@authenticated on an interface object is null without authentication', async () => {
  await using fixture = await startFixture({ ...options(), auth: { kind: 'none' } });
  const response = await post(fixture.url, '{ books { free sold } }', { bearer: null });
  expect(response.data).toEqual({ books: [{ free: 8, sold: null }] });
});
