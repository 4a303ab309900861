import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { subgraphSchema } from '../../../../subgraphs/runtime/schema/define-subgraph.js';

const SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { nothing: Int }
  type Town @key(fields: "id") { id: ID! name: String }
  type River @key(fields: "id") { id: ID! length: Int }
  type Bridge @key(fields: "id") { id: ID! }
  interface Place @key(fields: "id") { id: ID! name: String }
  type Park implements Place @key(fields: "id") { id: ID! name: String }`;

const parks = [{ __typename: 'Park', id: 'p1', name: 'park' }];

/** New objects in each call: both ways write the type's name to the objects that they find. */
const resolvers = () => ({
  Town: {
    __resolveReference: ({ id }: { id: string }) => {
      if (id === 'bad') throw new Error('no such town');
      return (
        { t1: { id, name: 'first' }, other: { __typename: 'City', id, name: 'called otherwise' } }[id] ?? null
      );
    },
  },
  River: {
    __resolveReference: ({ id }: { id: string }) =>
      id === 'dry' ? Promise.reject(new Error('dry')) : Promise.resolve({ id, length: 5 }),
  },
  Place: {
    __resolveType: () => 'Park',
    __resolveReference: ({ id }: { id: string }) => parks.find((park) => park.id === id) ?? null,
  },
});

const QUERY = parse(`query ($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename ... on Town { id name } ... on River { id length } ... on Bridge { id } ... on Park { id name } } }`);

const representation = (__typename: string, id: string) => ({ __typename, id });

describe('entities are resolved as by @apollo/subgraph', () => {
  test.each([
    ['at once', [representation('Town', 't1'), representation('Town', 'gone')]],
    ['under another name', [representation('Town', 'other')]],
    ['later', [representation('River', 'r1'), representation('Town', 't1')]],
    ['by themselves, without a resolver', [representation('Bridge', 'b1')]],
    ['not, because their resolver throws', [representation('Town', 't1'), representation('Town', 'bad')]],
    [
      'not, because their resolver fails later',
      [representation('River', 'r1'), representation('River', 'dry')],
    ],
    ['by an interface', [representation('Place', 'p1'), representation('Town', 't1')]],
    ['not, because there is no such type', [representation('Town', 't1'), representation('Nowhere', 'n1')]],
  ])('%s', async (_how, representations) => {
    const executeQuery = async (schema: ReturnType<typeof subgraphSchema>) => {
      const result = await execute({ schema, document: QUERY, variableValues: { representations } });
      return JSON.parse(JSON.stringify(result)) as unknown;
    };
    const theirs = await executeQuery(
      buildSubgraphSchema({ typeDefs: parse(SDL), resolvers: resolvers() as never }),
    );
    expect(await executeQuery(subgraphSchema(SDL, resolvers()))).toEqual(theirs);
    expect(theirs).toHaveProperty('data');
  });
});

test('in-memory entities are resolved synchronously', () => {
  const schema = subgraphSchema(SDL, resolvers());
  const representations = [representation('Town', 't1')];
  expect(execute({ schema, document: QUERY, variableValues: { representations } })).not.toBeInstanceOf(
    Promise,
  );
});
