import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';
import { closeServer } from '../../../kernel/listen.js';
import { type RoleProcess, startRole } from '../../kit/role-process.js';
import { serveForeign } from '../federation/kit.js';
import { fullSelection } from '../fixtures/full-selection.js';
import { shopSubgraphs } from '../fixtures/shop.js';

const started = new AsyncDisposableStack();
let file: string;
let supergraph: string;
let gateway: RoleProcess;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'planning-'));
  started.defer(() => rm(folder, { recursive: true }));
  const addressed = await Promise.all(
    shopSubgraphs().map(async (subgraph) => {
      const { server, url } = await serveForeign(subgraph);
      started.defer(() => closeServer(server, 1000));
      return { ...subgraph, url };
    }),
  );
  file = join(folder, 'supergraph.graphql');
  supergraph = composeSupergraph(addressed);
  await writeFile(file, supergraph);
  gateway = started.use(
    await startRole(['gateway', '--supergraph', file], { PORT: '0', FLEETGRAPH_AUTH: 'off' }),
  );
});
afterAll(() => started.disposeAsync());

interface GraphQLResponse {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

async function send(query: string): Promise<GraphQLResponse> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as GraphQLResponse;
}

test('answers new small operations and cached ones while slow operations are planned', async () => {
  const KNOWN = '{ products { upc } }';
  await send(KNOWN);
  const completed: string[] = [];
  const sendNamed = async (name: string, query: string) => {
    const { data, errors } = await send(query);
    completed.push(name);
    return data ?? errors?.[0]?.extensions.code;
  };
  const everything = fullSelection(loadSupergraph(supergraph).api, 'Product', 3);
  const slow = ['a', 'b', 'c', 'd'].map((alias) => sendNamed(alias, `{ ${alias}: products ${everything} }`));
  const [fresh, cached] = await Promise.all([
    sendNamed('new', '{ users { email } }'),
    sendNamed('known', KNOWN),
  ]);
  expect(fresh).toMatchObject({ users: [{ email: 'u1@example.org' }, {}, {}, {}] });
  expect(cached).toMatchObject({ products: [{ upc: 'p1' }, {}, {}] });
  expect(completed.filter((name) => name.length === 1)).toEqual([]);
  // The operations were planned and executed: some of the selected fields fail in their subgraph.
  for (const code of await Promise.all(slow)) expect(code).toBe('DOWNSTREAM_SERVICE_ERROR');
});

test('answers every request during a reload with either the old or the new supergraph', async () => {
  const outcomeOf = async (query: string) => {
    const { data, errors } = await send(query);
    return data ? 'data' : errors?.[0]?.extensions.code;
  };
  const outcomes = new Set<string | undefined>();
  for (let turn = 0; ; turn += 1) {
    // New documents in each turn; each of the two supergraphs accepts one of them.
    const [before, after] = await Promise.all([
      outcomeOf(`{ a${turn}: products { origin } }`),
      outcomeOf(`{ a${turn}: products { upc ...New } } fragment New on Product { source @skip(if: true) }`),
    ]);
    outcomes.add(before).add(after);
    if (turn > 0 && after === 'data') break;
    if (turn > 0) continue;
    await writeFile(file, supergraph.replaceAll('origin', 'source'));
    gateway.child.kill('SIGHUP');
  }
  expect(outcomes).toEqual(new Set(['data', 'GRAPHQL_VALIDATION_FAILED']));
});
