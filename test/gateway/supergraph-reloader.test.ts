import { type Server, createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { composeSupergraph } from '../../gateway/supergraph/compose.js';
import { closeServer, listen } from '../../kernel/listen.js';
import { type Fixture, post, startFixture, until } from './fixtures/gateway.js';
import { fixtureSubgraphs } from './fixtures/subgraphs.js';

/** A subgraph `workloads` that responds only after `release`. */
interface BlockingSubgraph extends AsyncDisposable {
  readonly url: string;
  /** Number of requests without a response. */
  readonly waiting: () => number;
  readonly release: () => void;
}

const ENTITIES = JSON.stringify({
  data: { _entities: [{ workloads: [{ __typename: 'Workload', id: 'c1/web', name: 'web' }] }] },
});

async function startBlockingSubgraph(): Promise<BlockingSubgraph> {
  const waiting: (() => void)[] = [];
  const server: Server = createServer((request, response) => {
    void text(request).then(() =>
      waiting.push(() => response.setHeader('content-type', 'application/json').end(ENTITIES)),
    );
  });
  const url = await listen(server, '127.0.0.1', 0);
  return {
    url: `${url}/graphql`,
    waiting: () => waiting.length,
    release: () => {
      for (const respond of waiting.splice(0)) respond();
    },
    [Symbol.asyncDispose]: () => closeServer(server, 0),
  };
}

let blockingSubgraph: BlockingSubgraph;
let fixture: Fixture;
beforeEach(async () => {
  blockingSubgraph = await startBlockingSubgraph();
  fixture = await startFixture({ mode: 'remote', subgraphUrls: { workloads: blockingSubgraph.url } });
});
afterEach(async () => {
  await fixture[Symbol.asyncDispose]();
  await blockingSubgraph[Symbol.asyncDispose]();
});

/** Fetches from `clusters`, then from `workloads`, then from `observability`. */
const QUERY = '{ cluster(id: "c1") { workloads { name cpu } } }';

test('executes a request on the supergraph with which it began, although a reload removes one of its subgraphs', async () => {
  const { url, gateway, hub } = fixture;
  const underway = post(url, QUERY);
  await until(() => blockingSubgraph.waiting() === 1, 'the second fetch');
  await gateway.reload(
    composeSupergraph(fixtureSubgraphs(hub).filter(({ name }) => name !== 'observability')),
  );
  blockingSubgraph.release();
  expect(await underway).toMatchObject({
    data: { cluster: { workloads: [{ name: 'web', cpu: 0.6 }] } },
    extensions: { cost: { requestedQueryCost: expect.any(Number) } },
  });
  expect((await underway).errors).toBeUndefined();
  expect((await post(url, QUERY)).errors).toMatchObject([
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ]);
});
