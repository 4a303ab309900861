import { type GraphQLObjectType, buildSchema } from 'graphql';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { SubgraphExecutor } from '../../../../subgraphs/runtime/execution/subgraph-executor.js';
import { Loaders } from '../../../../kernel/loaders.js';
import type { Subgraph } from '../../../../subgraphs/runtime/subgraph.js';

/** Owned by the subgraph: callers must not modify it. */
const settings = { mode: 'dark', since: new Date(0) };

function executor(): SubgraphExecutor {
  const schema = buildSchema('scalar Settings type Query { name: String settings: Settings }');
  const { name: label, settings: own } = (schema.getQueryType() as GraphQLObjectType).getFields();
  Object.assign(label ?? {}, { resolve: () => 'alpha' });
  Object.assign(own ?? {}, { resolve: () => settings });
  const subgraph = { name: 'regions', schema, sdl: '' } satisfies Subgraph;
  return new SubgraphExecutor(subgraph, pino({ level: 'silent' }));
}

function ask(query: string) {
  const actor = { account: 'acme', subject: 'tester' };
  return executor().execute({ query }, { actor, requestId: 'answers', loaders: new Loaders() });
}

test('copies a scalar that is an object, as JSON serialization would', async () => {
  const { data } = await ask('{ name settings }');
  expect(data).toEqual({ name: 'alpha', settings: { mode: 'dark', since: '1970-01-01T00:00:00.000Z' } });
  expect(data?.['settings']).not.toBe(settings);
});

test.each(['{ __proto__: name }', '{ name __proto__: settings }'])(
  'a field named like a setter of a prototype is an ordinary field: %s',
  async (query) => {
    const { data } = await ask(query);
    expect(Object.keys(data ?? {})).toContain('__proto__');
  },
);
