import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import {
  ApolloGateway,
  IntrospectAndCompose,
  LocalCompose,
  RemoteGraphQLDataSource,
  type SupergraphSdlUpdateFunction,
} from '@apollo/gateway';
import { GraphQLError, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  FleetgraphGateway,
  type FleetgraphGatewayOptions,
} from '../../../gateway/apollo/fleetgraph-gateway.js';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { closeServer } from '../../../kernel/listen.js';
import { createLog } from '../../../kernel/log.js';
import { serveForeign, subgraph } from '../federation/kit.js';

const people = subgraph(
  'people',
  `type Query { people: [Person!]! person(id: ID!): Person broken: Person }
   type Mutation { rename(id: ID!, name: String!): Person }
   type Person @key(fields: "id") { id: ID! name: String! }`,
  {
    Query: {
      people: () => ['1', '2'].map((id) => ({ id, name: `person ${id}` })),
      person: (_: unknown, { id }: { id: string }) => ({ id, name: `person ${id}` }),
      broken: () => {
        throw new GraphQLError('out of paper', { extensions: { code: 'OUT_OF_PAPER' } });
      },
    },
    Mutation: { rename: (_: unknown, person: unknown) => person },
  },
);
const letters = subgraph('letters', 'type Person @key(fields: "id") { id: ID! letters: [String!]! }', {
  Person: { letters: ({ id }: { id: string }) => [`letter to ${id}`] },
});

const OPERATIONS = [
  { query: '{ people { id name letters } }' },
  {
    query: 'query One($id: ID!) { person(id: $id) { letters ... on Person { name } } }',
    variables: { id: '7' },
  },
  { query: 'mutation { rename(id: "1", name: "new") { name letters } }' },
  { query: '{ broken { id } people { name } }' },
  { query: '{ __schema { queryType { name } } }' },
];

const started = new AsyncDisposableStack();
const headers: (string | undefined)[] = [];
let addressed: { name: string; url: string; typeDefs: ReturnType<typeof parse> }[];
let supergraphSdl: string;

beforeAll(async () => {
  const served = await Promise.all(
    [people, letters].map(async (subgraph) => {
      const { server, url } = await serveForeign(subgraph, (request) =>
        headers.push(request.headers['x-caller'] as string | undefined),
      );
      started.defer(() => closeServer(server, 1000));
      return { ...subgraph, url };
    }),
  );
  addressed = served.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));
  supergraphSdl = composeSupergraph(served);
});
afterAll(() => started.disposeAsync());

const log = createLog('silent');

async function responsesOf(gateway: FleetgraphGateway | ApolloGateway): Promise<unknown[]> {
  const server = new ApolloServer({ gateway });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: ({ req }) => Promise.resolve({ caller: req.headers['x-caller'] }),
  });
  try {
    const responses: unknown[] = [];
    for (const operation of OPERATIONS) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-caller': 'ann' },
        body: JSON.stringify(operation),
      });
      responses.push(await response.json());
    }
    return responses;
  } finally {
    await server.stop();
  }
}

const plain = (responses: readonly unknown[]) =>
  responses.map((result) => {
    const { data, errors } = result as {
      data: unknown;
      errors?: { message: string; extensions: { code: string } }[];
    };
    return { data, errors: errors?.map(({ message, extensions: { code } }) => ({ message, code })) };
  });

class CallerDataSource extends RemoteGraphQLDataSource<{ caller?: string }> {
  override willSendRequest({
    request,
    context,
  }: Parameters<Required<RemoteGraphQLDataSource>['willSendRequest']>[0]) {
    const { caller } = context as { caller?: string };
    if (caller) request.http?.headers.set('x-caller', caller);
  }
}

describe('Apollo Server with FleetgraphGateway returns the same responses as with ApolloGateway', () => {
  let expected: unknown[];
  beforeAll(async () => {
    expected = plain(await responsesOf(new ApolloGateway({ supergraphSdl })));
    expect(expected[0]).toEqual({
      data: {
        people: [
          { id: '1', name: 'person 1', letters: ['letter to 1'] },
          { id: '2', name: 'person 2', letters: ['letter to 2'] },
        ],
      },
      errors: undefined,
    });
  });

  const options: Record<string, () => FleetgraphGatewayOptions> = {
    'supergraph SDL': () => ({ supergraphSdl }),
    IntrospectAndCompose: () => ({ supergraphSdl: new IntrospectAndCompose({ subgraphs: addressed }) }),
    'IntrospectAndCompose with health checks': () => ({
      supergraphSdl: new IntrospectAndCompose({ subgraphs: addressed, subgraphHealthCheck: true }),
    }),
    LocalCompose: () => ({ supergraphSdl: new LocalCompose({ localServiceList: addressed }) }),
    'a function that gets the supergraph': () => ({
      supergraphSdl: () => Promise.resolve({ supergraphSdl }),
    }),
  };
  test.each(Object.keys(options))('given %s', async (name) => {
    const gateway = new FleetgraphGateway({ ...options[name]!(), log });
    expect(plain(await responsesOf(gateway))).toEqual(expected);
  });

  test('given data sources that change requests to subgraphs', async () => {
    headers.length = 0;
    const buildService = ({ url }: { url?: string | undefined }) => new CallerDataSource({ url: url! });
    const gateway = new FleetgraphGateway({ supergraphSdl, buildService, log });
    expect(plain(await responsesOf(gateway))).toEqual(expected);
    expect(new Set(headers)).toEqual(new Set(['ann']));
  });
});

test('replaces the supergraph on an update and ignores an invalid one', async () => {
  let update: SupergraphSdlUpdateFunction | undefined;
  let cleaned = 0;
  const gateway = new FleetgraphGateway({
    log,
    supergraphSdl: ({ update: updateSupergraph }) => {
      update = updateSupergraph;
      return Promise.resolve({ supergraphSdl, cleanup: () => Promise.resolve(void cleaned++) });
    },
  });
  const server = new ApolloServer({ gateway });
  await server.start();
  const names = async () => {
    const { body } = await server.executeOperation({
      query: '{ __type(name: "Person") { fields { name } } }',
    });
    if (body.kind !== 'single') throw new Error('an incremental answer');
    return (body.singleResult.data?.['__type'] as { fields: { name: string }[] }).fields.map(
      ({ name }) => name,
    );
  };
  expect(await names()).toEqual(['id', 'letters', 'name']);
  expect(() => update!('type Query { no: Supergraph }')).toThrow();
  expect(await names()).toEqual(['id', 'letters', 'name']);
  update!(composeSupergraph([{ ...people, url: addressed[0]!.url }]));
  await expect.poll(names).toEqual(['id', 'name']);
  await server.stop();
  expect(cleaned).toBe(1);
});

test('fails the start of Apollo Server with an invalid supergraph', async () => {
  const server = new ApolloServer({ gateway: new FleetgraphGateway({ supergraphSdl: 'type Query', log }) });
  await expect(server.start()).rejects.toThrow();
});

test('reports a failing data source as an error of its subgraph and returns the other fields', async () => {
  const buildService = ({ name, url }: { name: string; url?: string | undefined }) =>
    name === 'letters'
      ? { process: () => Promise.reject(new TypeError('secret detail')) }
      : new RemoteGraphQLDataSource({ url: url! });
  const gateway = new FleetgraphGateway({ supergraphSdl, buildService, log });
  const [response] = plain(await responsesOf(gateway)) as { errors: unknown }[];
  expect(response?.errors).toEqual([
    { message: 'The subgraph letters cannot be reached now.', code: 'SERVICE_UNAVAILABLE' },
  ]);
});

test('times out a slow data source and returns the other fields', async () => {
  const buildService = ({ name, url }: { name: string; url?: string | undefined }) =>
    name === 'letters'
      ? { process: () => new Promise<never>(() => undefined) }
      : new RemoteGraphQLDataSource({ url: url! });
  const limits = { subgraphTimeout: 50 };
  const gateway = new FleetgraphGateway({ supergraphSdl, buildService, limits, log });
  const [response] = plain(await responsesOf(gateway)) as { errors: { code: string }[] }[];
  expect(response?.errors.map(({ code }) => code)).toEqual(['REQUEST_TIMEOUT']);
});
