import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors, CombinedProtocolErrors } from '@apollo/client/errors';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startFixture, token, until } from '../fixtures/gateway.js';

const EVENTS = parse('subscription Events($after: String) { clusterEvents(after: $after) { sequence } }');

let fixture: Fixture;
beforeAll(async () => {
  // Many heartbeats between two events.
  fixture = await startFixture({ limits: { heartbeat: 5 } });
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** Apollo Client with its default transport (multipart over HTTP), and the chunks that it received. */
async function apolloClient(of = fixture, bearer?: string) {
  const accepted: string[] = [];
  const chunks: string[] = [];
  const link = new HttpLink({
    uri: `${of.url}/graphql`,
    headers: { authorization: `Bearer ${bearer ?? (await token())}` },
    fetch: async (address, init) => {
      accepted.push(new Headers(init?.headers).get('accept') ?? '');
      const { body, ...response } = await request(address, init);
      const watched = body?.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform: (chunk, controller) => {
            chunks.push(new TextDecoder().decode(chunk));
            controller.enqueue(chunk);
          },
        }),
      );
      return new Response(watched, response);
    },
  });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return { client, accepted, chunks };
}

async function request(address: string | URL | Request, init?: RequestInit) {
  const { status, headers, body } = await fetch(address, init);
  return { status, headers, body: body as ReadableStream<Uint8Array> | null };
}

/** Collects the results of a subscription. */
function listen(client: ApolloClient, query = EVENTS, variables: Record<string, unknown> = {}) {
  const received = { data: [] as unknown[], errors: [] as unknown[], completed: false };
  const subscription = client.subscribe({ query, variables, fetchPolicy: 'no-cache' }).subscribe({
    next: ({ data, error }) => void (error ? received.errors.push(error) : received.data.push(data)),
    error: (error: unknown) => void received.errors.push(error),
    complete: () => void (received.completed = true),
  });
  return { received, subscription };
}

test('Apollo Client receives each event and ignores heartbeats', async () => {
  const { hub } = fixture;
  const { client, accepted, chunks } = await apolloClient();
  const first = hub.events.length;
  const { received, subscription } = listen(client, EVENTS, { after: String(first) });
  for (let count = 1; count <= 3; count += 1) {
    const beats = chunks.length;
    await until(() => chunks.slice(beats).some((chunk) => chunk.includes('\r\n\r\n{}\r\n')), 'a heartbeat');
    hub.publish('acme', 'c1');
    // The client gets the event before the next part arrives.
    await until(() => received.data.length === count, `event ${count}`);
  }
  expect(accepted).toEqual([expect.stringMatching(/^multipart\/mixed;.*subscriptionSpec=1\.0/)]);
  expect(received).toEqual({
    data: [1, 2, 3].map((more) => ({
      clusterEvents: { __typename: 'ClusterEvent', sequence: first + more },
    })),
    errors: [],
    completed: false,
  });
  subscription.unsubscribe();
  await until(() => hub.listening === 0, 'the upstream to be closed');
});

test('Apollo Client receives the completion of a subscription', async () => {
  const { client } = await apolloClient();
  const { received } = listen(client, parse('subscription { countdown(from: 3) }'));
  await until(() => received.completed, 'the end');
  expect(received).toEqual({
    data: [3, 2, 1].map((countdown) => ({ countdown })),
    errors: [],
    completed: true,
  });
});

test('Apollo Client receives the rejection of a subscription as protocol errors', async () => {
  const { client } = await apolloClient();
  const { received } = listen(client, EVENTS, { after: '999' });
  await until(() => received.errors.length > 0, 'the rejection');
  const [error] = received.errors;
  expect(CombinedProtocolErrors.is(error)).toBe(true);
  expect(error).toMatchObject({ errors: [{ extensions: { code: 'INVALID_CURSOR' } }] });
});

test('Apollo Client receives errors of a document as GraphQL errors', async () => {
  const { client } = await apolloClient();
  const { received } = listen(client, parse('subscription { nothing }'));
  await until(() => received.errors.length > 0, 'the errors');
  const [error] = received.errors;
  expect(CombinedGraphQLErrors.is(error)).toBe(true);
  expect(error).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
});

test('Apollo Client receives the reconnect delay when the gateway stops', async () => {
  await using stopping = await startFixture();
  const { client } = await apolloClient(stopping);
  const { received } = listen(client);
  await until(() => stopping.hub.listening === 1, 'the upstream');
  stopping.gateway.drain();
  await until(() => received.errors.length > 0, 'the end');
  expect(received.errors).toMatchObject([
    { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterMs: expect.any(Number) as number } }] },
  ]);
});
