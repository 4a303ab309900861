import { expect, test } from 'vitest';
import { createLog } from '../../kernel/log.js';
import { MAX_LINE_LENGTH } from '../../kernel/log-line.js';

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLog('info', 'test', { write: (line) => void lines.push(line) }));
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(MAX_LINE_LENGTH);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('truncates a line of megabytes and keeps its message', () => {
  const huge = 'y'.repeat(900_000);
  const [one, two, three] = logged((log) => {
    log.error({ err: new Error(`bad id ${huge}`), requestId: 'r1' }, 'a resolver failed');
    log.warn({ ids: Array.from({ length: 100_000 }, (_, index) => `id-${index}`) }, 'many');
    log.info(
      { values: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key${i}`, 'v'])) },
      'wide',
    );
  });
  expect(one).toMatchObject({ msg: 'a resolver failed', requestId: 'r1', err: { type: 'Error' } });
  expect(two).toMatchObject({ msg: 'many' });
  expect(three).toMatchObject({ msg: 'wide', omittedCharacters: expect.any(Number) });
});

test('keeps a line of ordinary length', () => {
  const text = 'x'.repeat(3000);
  expect(logged((log) => log.info({ text }, 'short'))).toMatchObject([{ text, msg: 'short' }]);
});
