import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { packageRoot } from '../../kernel/package-root.js';

const read = (path: string) => readFile(join(packageRoot, path), 'utf8');

test('every GraphQL document and every curl of the README fits the schema', async () => {
  const schema = buildSchema(await read('client/schema.graphql'));
  const readme = await read('README.md');
  const blocks = [...readme.matchAll(/```graphql\n(.*?)```/gs)].map(([, document]) => String(document));
  const bodies = [...readme.matchAll(/-d '(\{"query":.*\})'/g)].map(
    ([, body]) => (JSON.parse(String(body)) as { query: string }).query,
  );
  expect([blocks.length, bodies.length]).toEqual([2, 2]);
  const problems = [...blocks, ...bodies].flatMap((document) => validate(schema, parse(document)));
  expect(problems.map(({ message }) => message)).toEqual([]);
});

test('the commands of the README are scripts of the package or files of the project', async () => {
  const readme = await read('README.md');
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/npm (?:run )?([\w:-]+)/g)].map(([, name]) => String(name));
  const missing = named.filter((name) => !['ci', 'run'].includes(name) && !(name in scripts));
  expect(missing).toEqual([]);
});
