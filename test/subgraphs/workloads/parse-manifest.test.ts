import { describe, expect, test } from 'vitest';
import { ProblemError } from '../../../kernel/result.js';
import {
  MAX_MANIFEST_BYTES,
  parseManifest,
} from '../../../subgraphs/workloads/api/manifest/parse-manifest.js';

const CALLER = { flow: 'acme' };

const object = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n${more}`;

async function rejection(yaml: string): Promise<{ code: string; path: string | undefined }[]> {
  try {
    await parseManifest(yaml, CALLER);
  } catch (error) {
    if (error instanceof ProblemError)
      return error.problems.map(({ code, path }) => ({ code, path: path?.join('.') }));
    throw error;
  }
  return [];
}

async function data(line: string): Promise<unknown> {
  const [entry] = await parseManifest(object('x', `data:\n  value: ${line}`), CALLER);
  return (entry?.object as { data?: { value?: unknown } } | undefined)?.data?.value;
}

describe('parsing a manifest', () => {
  test('accepts several documents and ignores empty ones', async () => {
    const entries = await parseManifest(`# nothing\n---\n${object('a')}\n---\n\n---\n${object('b')}`, CALLER);
    expect(entries.map(({ object: { metadata } }) => metadata.name)).toEqual(['a', 'b']);
  });

  test('accepts JSON', async () => {
    expect(
      await parseManifest('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j"}}', CALLER),
    ).toHaveLength(1);
  });

  test('accepts lists, and returns their objects one by one', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: Pod, metadata: { name: a } }\n- { apiVersion: v1, kind: Pod, metadata: { name: b } }`;
    expect((await parseManifest(list, CALLER)).map(({ document }) => document)).toEqual([0, 0]);
  });

  test.each([
    ['0644', 420],
    ['yes', true],
    ['2026-01-01', '2026-01-01'],
    ['12:30', '12:30'],
    ['"8080"', '8080'],
    ['1e3', 1000],
  ])('reads scalars as kubectl does: %s is %j', async (line, value) => {
    expect(await data(line)).toEqual(value);
  });

  test.each([
    ['nothing', '', [{ code: 'MANIFEST_INVALID', path: 'input.yaml' }]],
    ['text', 'hello', [{ code: 'MANIFEST_INVALID', path: 'input.yaml.0' }]],
    ['broken YAML', 'a: [1, 2', [{ code: 'MANIFEST_INVALID', path: 'input.yaml.0' }]],
    ['a tab as indentation', 'a:\n\t- 1', [{ code: 'MANIFEST_INVALID', path: 'input.yaml.0' }]],
    ['a key twice', `${object('x')}kind: Pod`, [{ code: 'MANIFEST_INVALID', path: 'input.yaml.0' }]],
    [
      'an object without a name in the second document',
      `${object('a')}\n---\nkind: Pod`,
      [{ code: 'MANIFEST_INVALID', path: 'input.yaml.1' }],
    ],
    [
      'a number for a kind',
      'apiVersion: v1\nkind: 1\nmetadata: { name: x }',
      [{ code: 'MANIFEST_INVALID', path: 'input.yaml.0' }],
    ],
    ['an unknown alias', 'a: *nowhere', [{ code: 'MANIFEST_INVALID', path: 'input.yaml.0' }]],
    [
      'more than a mebibyte',
      `# ${'x'.repeat(MAX_MANIFEST_BYTES)}`,
      [{ code: 'LIMIT_EXCEEDED', path: 'input.yaml' }],
    ],
    [
      'more than 100 documents',
      Array.from({ length: 101 }, (_, index) => object(`n${index}`)).join('\n---\n'),
      [{ code: 'LIMIT_EXCEEDED', path: 'input.yaml' }],
    ],
    ['100,000 empty documents', '---\n'.repeat(100_000), [{ code: 'LIMIT_EXCEEDED', path: 'input.yaml' }]],
    [
      'nested deeper than the stack',
      '['.repeat(10_000),
      [{ code: 'MANIFEST_INVALID', path: 'input.yaml.0' }],
    ],
    [
      'text of many aliases that grows',
      Array.from(
        { length: 60 },
        (_, index) => `a: &a ${'x'.repeat(3000)}\nb: [${'*a,'.repeat(90)}${index}]`,
      ).join('\n---\n'),
      [{ code: 'LIMIT_EXCEEDED', path: 'input.yaml' }],
    ],
  ])('rejects %s', async (_what, yaml, problems) => {
    expect(await rejection(yaml)).toEqual(problems);
  });

  test('rejects a manifest that takes too long to parse, without blocking other work', async () => {
    let turns = 0;
    const others = setInterval(() => (turns += 1), 5);
    expect(await rejection('- '.repeat(MAX_MANIFEST_BYTES / 2))).toMatchObject([
      { path: expect.stringContaining('input.yaml') as string },
    ]);
    clearInterval(others);
    expect(turns).toBeGreaterThan(20);
  });

  test('rejects a manifest of multiplying aliases before they are expanded', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'
        .split('')
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
    ];
    expect(await rejection(bomb.join('\n'))).toEqual([{ code: 'MANIFEST_INVALID', path: 'input.yaml.0' }]);
  });
});
