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
import { PATIENCE, RUNS } from '../fixtures/fuzz.js';

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
  readonly asks?: Record<string, number>;
}

export const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable",
  "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible", "@extends"])\n`;

/** Federation 2 subgraph; the directives are imported already. */
export function subgraph(name: string, types: string, resolvers: Resolvers): ForeignSubgraph {
  return plainSubgraph(name, LINK + types, resolvers);
}

/** A subgraph that links what it wants, or nothing: federation 1. */
export function plainSubgraph(name: string, sdl: string, resolvers: Resolvers): ForeignSubgraph {
  return {
    name,
    sdl,
    schema: buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never }),
  };
}

/** Finds an item of a list by the fields of a key. */
export function finder<T extends object>(all: readonly T[], ...keys: (keyof T)[]) {
  return (reference: Partial<T>): T | null =>
    all.find((one) => keys.some((key) => reference[key] !== undefined && reference[key] === one[key])) ??
    null;
}

interface Graph extends AsyncDisposable {
  readonly ask: (query: string, variables?: Record<string, unknown>) => Promise<Answer>;
  readonly asked: Map<string, number>;
}

interface Answer {
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
    test.each(cases)('$title', async ({ query, variables, data, errors = false, asks }) => {
      graph.asked.clear();
      const answer = await graph.ask(query, variables);
      const told = answer.errors?.map(({ message }) => message) ?? [];
      expect({ data: answer.data ?? null, told }).toEqual({
        data,
        told: errors ? expect.arrayContaining([expect.any(String)]) : [],
      });
      if (asks) expect(Object.fromEntries(graph.asked)).toEqual(asks);
    });
    const supergraph = loadSupergraph(composeSupergraph(subgraphs));
    test(
      'what @skip and @include leave out of operations at random changes nothing else',
      () => new BothExecutors(supergraph, subgraphs).expectConditionsHold(Math.ceil(RUNS / 10)),
      PATIENCE,
    );
    // The plans of graphs with stand-ins are ours alone.
    test.runIf(supergraph.corrections.placeholders.byName.size === 0)(
      'operations at random are executed as @apollo/gateway executes them',
      () => new BothExecutors(supergraph, subgraphs).expectSame(Math.ceil(RUNS / 5)),
      PATIENCE,
    );
  });
}

/** `written`: how another composition writes the same supergraph. */
export async function startGraph(
  subgraphs: readonly ForeignSubgraph[],
  written = (sdl: string) => sdl,
): Promise<Graph> {
  await using started = new AsyncDisposableStack();
  const asked = new Map<string, number>();
  const addressed = await Promise.all(
    subgraphs.map(async (subgraph) => {
      const { server, url } = await serveForeign(subgraph, () =>
        asked.set(subgraph.name, (asked.get(subgraph.name) ?? 0) + 1),
      );
      started.defer(() => closeServer(server, 1000));
      return { ...subgraph, url };
    }),
  );
  const gateway = started.use(
    await startGateway({
      host: '127.0.0.1',
      port: 0,
      supergraphSdl: written(composeSupergraph(addressed)),
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
    asked,
    ask: async (query, variables) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Serves a subgraph with graphql-http, which knows nothing of federation or of us. */
export async function serveForeign(
  { schema }: ForeignSubgraph,
  asked: (request: IncomingMessage) => void = () => undefined,
): Promise<{ server: Server; url: string }> {
  const handler = createHandler({ schema });
  const server = createServer((request, response) => {
    asked(request);
    void handler(request, response);
  });
  return { server, url: `${await listen(server, '127.0.0.1', 0)}/graphql` };
}
