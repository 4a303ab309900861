import { expect, test } from 'vitest';
import { sparkline } from '../../examples/demo/demo-output.js';
import { OperationEvents } from '../../examples/demo/operation-events.js';
import { TerminalScreen, wrap } from '../../examples/demo/screen.js';

/** A terminal of 40 columns that records its output. */
function terminal(): { stream: NodeJS.WriteStream; sent: () => string } {
  let text = '';
  const write = (chunk: string) => ((text += chunk), true);
  return { stream: { columns: 40, isTTY: true, write } as NodeJS.WriteStream, sent: () => text };
}

test('the terminal screen redraws only its status line, which is narrower than the terminal', () => {
  const { stream, sent } = terminal();
  using screen = new TerminalScreen(stream);
  screen.print('first');
  screen.status(`progress ${'and so on '.repeat(20)}`);
  screen.print('second');
  screen.status(undefined);
  // Besides colours, the only escape sequence is the one that erases the current line.
  const sequences = [...sent().matchAll(/\u001b\[[\d;]*[A-Za-z]/g)].map(([sequence]) => sequence);
  expect(new Set(sequences.filter((sequence) => !sequence.endsWith('m')))).toEqual(new Set(['\u001b[2K']));
  const drawn = sent()
    .replaceAll(/\u001b\[[\d;]*m/g, '')
    .split(/\n|\r\u001b\[2K/);
  expect(Math.max(...drawn.map((line) => line.length))).toBeLessThan(40);
});

test.each([
  ['short', 20, ['short']],
  ['  ✓ a headline of some words', 16, ['  ✓ a headline', '    of some', '    words']],
  ['    one verylongwordthatdoesnotfit two', 12, ['    one', '    verylongwordthatdoesnotfit', '    two']],
  ['', 10, ['']],
])('the line "%s" in %i columns becomes %j', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

test('a sparkline is drawn of four values or more', () => {
  expect(sparkline([1, 2, 3])).toBe('');
  expect(sparkline([0, 1, 2, 4])).toBe('▁▃▅█');
});

test('events are printed below the step of their operation, whenever they arrive', async () => {
  const events = new OperationEvents();
  const event = (id: string, type: string, message: string) => ({ type, message, operation: { id } });
  events.add(event('create', 'CLUSTER_REQUESTED', 'requested'));
  const creation: string[] = [];
  const created = events.show('create', (line) => creation.push(line));
  const scaling: string[] = [];
  void events.show('scale', (line) => scaling.push(line));
  events.add(event('scale', 'NODES_REQUESTED', 'more nodes'));
  for (const number of [1, 2, 3, 4]) events.add(event('create', 'NODE_READY', `node ${number} is ready`));
  events.add(event('create', 'OPERATION_SUCCEEDED', 'ended'));
  events.add(event('create', 'CLUSTER_RUNNING', 'running'));
  await created;
  expect(creation).toEqual(['requested', 'node 1 is ready', 'node 2 is ready', 'and 2 more like that']);
  expect(scaling).toEqual(['more nodes']);
});
