import { readFile, readdir } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { AbortedError } from '../../../kernel/aborted-error.js';
import { type ParsedYaml, YamlParser } from '../../../kernel/yaml/yaml-parser.js';

const LIMITS = { documents: 10, characters: 1_000_000 };
/** Takes seconds and gigabytes to parse. */
const SLOW = '- '.repeat(300_000);

test('parses every document of a text as JSON', async () => {
  const parser = new YamlParser();
  expect(await parser.parse('a: 1\n---\nb: [yes, 0644]', LIMITS, { flow: 'a' })).toEqual({
    documents: [{ json: '{"a":1}' }, { json: '{"b":[true,420]}' }],
  });
});

test('parses even a small text in another thread', async () => {
  const parser = new YamlParser();
  let parsed: ParsedYaml | undefined;
  const parsing = parser.parse('a: 1', LIMITS, { flow: 'a' }).then((result) => (parsed = result));
  // After the microtasks this thread has done all work that needs no message of another thread.
  for (let turns = 0; turns < 1000; turns += 1) await Promise.resolve();
  expect(parsed).toBeUndefined();
  await parsing;
  expect(parsed).toBeDefined();
});

test('reports keys that a map has twice, with their lines, and takes the last value', async () => {
  const parser = new YamlParser({ threads: 1 });
  const text = 'a: { b: 1, b: 2 }\nc:\n- d: 1\n  e: 1\n  d: 3\n';
  expect(await parser.parse(text, LIMITS, { flow: 'a', duplicateKeys: 'report' })).toEqual({
    documents: [
      {
        json: '{"a":{"b":2},"c":[{"d":3,"e":1}]}',
        duplicateKeys: [
          { key: 'b', line: 1 },
          { key: 'd', line: 5 },
        ],
      },
    ],
  });
  const rejected = await parser.parse(text, LIMITS, { flow: 'a' });
  expect(rejected).toEqual({ documents: [{ error: expect.stringContaining('unique') }] });
});

test.runIf(process.platform === 'linux')('parses at a lower priority than the event loop has', async () => {
  const parser = new YamlParser({ threads: 1 });
  await parser.parse('a: 1', LIMITS, { flow: 'a' });
  const own = getPriority();
  expect(await prioritiesOfThreads()).toContain(Math.min(19, own + 10));
});

/**
 * Niceness of all threads of this process: the 19th field of /proc/PID/stat (proc(5)), the 17th after the name. A
 * thread of another test file may end between the listing and the reading; the file then answers ESRCH or ENOENT.
 */
async function prioritiesOfThreads(): Promise<number[]> {
  const threads = await readdir('/proc/self/task');
  const stats = await Promise.allSettled(
    threads.map((thread) => readFile(`/proc/self/task/${thread}/stat`, 'utf8')),
  );
  return stats
    .filter((stat) => stat.status === 'fulfilled')
    .map(({ value: stat }) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]));
}

test('stops parsing a text at the timeout and parses the next one', async () => {
  const parser = new YamlParser({ threads: 1, timeoutMs: 500 });
  const endless = '- '.repeat(500_000);
  expect(await parser.parse(endless, LIMITS, { flow: 'a' })).toEqual({ exceeded: 'time' });
  // Includes the start of the next thread, which may take longer on a busy machine.
  await eventually(async () => 'documents' in (await parser.parse('a: 1', LIMITS, { flow: 'a' })));
});

test('stops parsing a text at the memory limit and parses the next one', async () => {
  const parser = new YamlParser({ threads: 1, memoryMb: 24, timeoutMs: 60_000 });
  const large = `a: [${'x,'.repeat(400_000)}]`;
  expect(await parser.parse(large, LIMITS, { flow: 'a' })).toEqual({ exceeded: 'memory' });
  expect(await parser.parse('a: 1', LIMITS, { flow: 'a' })).toEqual({ documents: [{ json: '{"a":1}' }] });
});

test('rejects merge keys that expand beyond the limit', async () => {
  const lines = Array.from({ length: 6 }, (_, index) => {
    const merged = index === 0 ? '' : `<<: *m${index - 1}, `;
    return `m${index}: &m${index} { ${merged}k${index}: ${'x'.repeat(10_000)} }`;
  });
  const parser = new YamlParser();
  const limits = { documents: 10, characters: 100_000 };
  expect(await parser.parse(lines.join('\n'), limits, { flow: 'a' })).toEqual({ exceeded: 'characters' });
});

test('rejects texts of a flow whose queue is full and accepts those of other flows', async () => {
  const parser = new YamlParser({ threads: 1, waiting: 1 });
  const outcomes: string[] = [];
  const parse = async (flow: string, name: string) => {
    const parsed = await parser.parse(`name: ${name}`, LIMITS, { flow });
    outcomes.push('exceeded' in parsed ? `${name} ${parsed.exceeded}` : name);
  };
  await Promise.all([parse('a', 'a0'), parse('a', 'a1'), parse('a', 'a2'), parse('b', 'b0')]);
  expect(outcomes).toEqual(['a2 queue', 'a0', 'b0', 'a1']);
});

test('parses waiting texts in rotation of their flows', async () => {
  const parser = new YamlParser({ threads: 1 });
  const outcomes: string[] = [];
  const parse = async (flow: string, name: string) => {
    await parser.parse(`name: ${name}`, LIMITS, { flow });
    outcomes.push(name);
  };
  const many = Array.from({ length: 6 }, (_, index) => parse('a', `a${index}`));
  await Promise.all([...many, parse('b', 'b0'), parse('c', 'c0')]);
  expect(outcomes).toEqual(['a0', 'b0', 'c0', 'a1', 'a2', 'a3', 'a4', 'a5']);
});

test('drops the waiting or running text of an aborted caller', async () => {
  const parser = new YamlParser({ threads: 1, timeoutMs: 600_000 });
  const left = new AbortController();
  const caller = { flow: 'a', signal: left.signal };
  const running = parser.parse(SLOW, LIMITS, caller);
  const waiting = parser.parse(SLOW, LIMITS, caller);
  const next = parser.parse('a: 1', LIMITS, { flow: 'a' });
  left.abort();
  await expect(running).rejects.toBeInstanceOf(AbortedError);
  await expect(waiting).rejects.toBeInstanceOf(AbortedError);
  expect(await next).toEqual({ documents: [{ json: '{"a":1}' }] });
});
