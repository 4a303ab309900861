import { type IncomingMessage, type Server, createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, parse } from 'graphql';
import { createHandler } from 'graphql-http/lib/use/http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { startGateway } from '../../../gateway/server.js';
import { systemClock } from '../../../kernel/clock.js';
import { closeServer, listen } from '../../../kernel/listen.js';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { BothExecutors } from '../fixtures/both-executors.js';
import { TIMEOUT_MS, RUNS } from '../fixtures/fuzz.js';

type Resolvers = Record<string, Record<string, unknown>>;

/** A third-party subgraph: plain GraphQL over HTTP. */
export interface ForeignSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly schema: GraphQLSchema;
}

/** Expected result of a query. */
export interface FederationCase {
  readonly title: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly data: unknown;
  /** Whether errors are expected; default none. */
  readonly errors?: boolean;
  /** Expected number of requests by subgraph. */
  readonly requests?: Record<string, number>;
}

export const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable",
  "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible", "@extends"])\n`;

/** Federation 2 subgraph; the directives are imported already. */
export function subgraph(name: string, types: string, resolvers: Resolvers): ForeignSubgraph {
  return plainSubgraph(name, LINK + types, resolvers);
}

/** A subgraph with its own `@link`, or without one (federation 1). */
export function plainSubgraph(name: string, sdl: string, resolvers: Resolvers): ForeignSubgraph {
  return {
    name,
    sdl,
    schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }),
  };
}

/** Finds an item of a list by the fields of a key. */
export function finder<T extends object>(items: readonly T[], ...keys: (keyof T)[]) {
  return (reference: Partial<T>): T | null =>
    items.find((item) => keys.some((key) => reference[key] !== undefined && reference[key] === item[key])) ??
    null;
}

interface Graph extends AsyncDisposable {
  readonly send: (query: string, variables?: Record<string, unknown>) => Promise<GraphQLResponse>;
  /** Number of requests by subgraph. */
  readonly requests: Map<string, number>;
}

interface GraphQLResponse {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

/** Tests of one graph: subgraphs on HTTP servers behind a gateway without authentication. */
export function federation(
  title: string,
  subgraphs: readonly ForeignSubgraph[],
  cases: readonly FederationCase[],
): void {
  describe(title, () => {
    let graph: Graph;
    beforeAll(async () => void (graph = await startGraph(subgraphs)));
    afterAll(() => graph[Symbol.asyncDispose]());
    test.each(cases)('$title', async ({ query, variables, data, errors = false, requests }) => {
      graph.requests.clear();
      const response = await graph.send(query, variables);
      const messages = response.errors?.map(({ message }) => message) ?? [];
      expect({ data: response.data ?? null, messages }).toEqual({
        data,
        messages: errors ? expect.arrayContaining([expect.any(String)]) : [],
      });
      if (requests) expect(Object.fromEntries(graph.requests)).toEqual(requests);
    });
    const supergraph = loadSupergraph(composeSupergraph(subgraphs));
    test(
      'resolves random operations alike with fields excluded by @skip and @include and without them',
      () => new BothExecutors(supergraph, subgraphs).expectConditionsHold(Math.ceil(RUNS / 10)),
      TIMEOUT_MS,
    );
    // @apollo/gateway cannot execute plans with placeholder fields.
    test.runIf(supergraph.corrections.placeholders.byName.size === 0)(
      'executes random operations as @apollo/gateway does',
      () => new BothExecutors(supergraph, subgraphs).expectSame(Math.ceil(RUNS / 5)),
      TIMEOUT_MS,
    );
  });
}

/** `rewrite` changes the composed supergraph, as another composition library would write it. */
export async function startGraph(
  subgraphs: readonly ForeignSubgraph[],
  rewrite = (sdl: string) => sdl,
): Promise<Graph> {
  await using started = new AsyncDisposableStack();
  const requests = new Map<string, number>();
  const addressed = await Promise.all(
    subgraphs.map(async (subgraph) => {
      const { server, url } = await serveForeign(subgraph, () =>
        requests.set(subgraph.name, (requests.get(subgraph.name) ?? 0) + 1),
      );
      started.defer(() => closeServer(server, 1000));
      return { ...subgraph, url };
    }),
  );
  const gateway = started.use(
    await startGateway({
      host: '127.0.0.1',
      port: 0,
      supergraphSdl: rewrite(composeSupergraph(addressed)),
      subgraphs: {},
      auth: { kind: 'none' },
      passThroughErrors: true,
      graphiql: false,
      clock: systemClock,
      log: pino({ level: process.env.DEBUG_FEDERATION ? 'error' : 'silent' }),
    }),
  );
  const running = started.move();
  return {
    requests,
    send: async (query, variables) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphQLResponse;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Serves a subgraph with graphql-http, which has no support for federation. */
export async function serveForeign(
  { schema }: ForeignSubgraph,
  onRequest: (request: IncomingMessage) => void = () => undefined,
): Promise<{ server: Server; url: string }> {
  const handler = createHandler({ schema });
  const server = createServer((request, response) => {
    onRequest(request);
    void handler(request, response);
  });
  return { server, url: `${await listen(server, '127.0.0.1', 0)}/graphql` };
}
