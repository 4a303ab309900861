import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FairQueue, QueueFullError, type Release } from '../../../kernel/fairness/fair-queue.js';

/** A task that runs until the test ends it; it adds its name to `order` when it starts. */
function task(order: string[], name: string) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = () => {
    order.push(name);
    return ended;
  };
  return { work, end };
}

async function settled(): Promise<void> {
  for (let turns = 0; turns < 50; turns += 1) await turn();
}

test('starts a task without a promise while its flow has a free slot', () => {
  const queue = new FairQueue({ perFlow: 1, maxWaiting: 1 });
  expect(queue.run('a', () => 'done')).toBe('done');
  expect(queue.run('a', () => 'again')).toBe('again');
});

test('limits the running tasks of a flow', async () => {
  const queue = new FairQueue({ perFlow: 3, maxWaiting: 100 });
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
  };
  await Promise.all(Array.from({ length: 40 }, async () => queue.run('a', work)));
  expect(most).toBe(3);
});

test('starts a task of a new flow at once although another flow has waiting tasks', () => {
  const queue = new FairQueue({ perFlow: 1, maxWaiting: 100 });
  const order: string[] = [];
  for (let index = 0; index < 50; index += 1) void queue.run('a', task(order, `a${index}`).work);
  void queue.run('b', task(order, 'b0').work);
  expect(order).toEqual(['a0', 'b0']);
});

test('starts waiting tasks in rotation of their flows', async () => {
  const queue = new FairQueue({ perFlow: 10, maxWaiting: 100, total: 1 });
  const order: string[] = [];
  const add = (name: string) => void queue.run(name[0] ?? '', () => void order.push(name));
  const first = task(order, 'first');
  void queue.run('x', first.work);
  for (const name of ['a0', 'a1', 'a2', 'a3', 'b0', 'b1', 'c0']) add(name);
  first.end();
  await settled();
  expect(order).toEqual(['first', 'a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3']);
});

test('starts one waiting task per turn of the event loop, so that input is read in between', async () => {
  const queue = new FairQueue({ perFlow: 1, maxWaiting: 100 });
  const order: string[] = [];
  const first = task(order, 'a0');
  void queue.run('a', first.work);
  for (const name of ['a1', 'a2', 'a3']) void queue.run('a', () => void order.push(name));
  first.end();
  await turn();
  for (let turns = 0; turns < 3; turns += 1) {
    const before = order.length;
    await turn();
    expect(order.length - before).toBeLessThanOrEqual(1);
  }
  await settled();
  expect(order).toEqual(['a0', 'a1', 'a2', 'a3']);
});

test('limits the running tasks of all flows', async () => {
  const queue = new FairQueue({ perFlow: 2, maxWaiting: 100, total: 3 });
  let running = 0;
  let most = 0;
  const work = async () => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
  };
  const flows = Array.from({ length: 60 }, (_, index) => String(index % 5));
  await Promise.all(flows.map(async (flow) => queue.run(flow, work)));
  expect(most).toBe(3);
});

test('rejects a task of a flow whose queue is full and accepts tasks of other flows', () => {
  const queue = new FairQueue({ perFlow: 1, maxWaiting: 2 });
  const order: string[] = [];
  for (const name of ['a0', 'a1', 'a2']) void queue.run('a', task(order, name).work);
  expect(() => queue.enter('a')).toThrow(QueueFullError);
  expect(queue.load('a')).toEqual({ running: 1, waiting: 2 });
  expect(queue.run('b', () => 'b')).toBe('b');
});

test('removes an aborted task from the queue without starting it', async () => {
  const queue = new FairQueue({ perFlow: 1, maxWaiting: 2 });
  const order: string[] = [];
  const first = task(order, 'a0');
  void queue.run('a', first.work);
  const left = new AbortController();
  const abandoned = queue.run('a', () => void order.push('a1'), left.signal);
  const last = queue.run('a', () => void order.push('a2'));
  left.abort();
  expect(await abandoned).toBeUndefined();
  expect(queue.load('a')).toEqual({ running: 1, waiting: 1 });
  first.end();
  await last;
  expect(order).toEqual(['a0', 'a2']);
});

test('does not start a task whose signal is already aborted', () => {
  const queue = new FairQueue({ perFlow: 1, maxWaiting: 2 });
  const order: string[] = [];
  expect(queue.run('a', () => void order.push('a0'), AbortSignal.abort())).toBeUndefined();
  expect(order).toEqual([]);
});

test('releases the slot of a task that fails', async () => {
  const queue = new FairQueue({ perFlow: 1, maxWaiting: 2 });
  await expect(queue.run('a', () => Promise.reject(new Error('it failed')))).rejects.toThrow('it failed');
  const throwing = () => {
    throw new Error('it failed');
  };
  expect(() => queue.run('a', throwing)).toThrow('it failed');
  expect(queue.load('a')).toEqual({ running: 0, waiting: 0 });
});

test('counts a slot that is released twice once', () => {
  const queue = new FairQueue({ perFlow: 2, maxWaiting: 2 });
  const [first] = [queue.enter('a'), queue.enter('a')] as Release[];
  first?.();
  first?.();
  expect(queue.load('a')).toEqual({ running: 1, waiting: 0 });
});

test('queues the tasks of a pausing flow until its pause ends, while other flows start at once', async () => {
  const pauses = new Map([['a', 5]]);
  const working: string[] = [];
  const pace = {
    begin: (name: string) => void working.push(`+${name}`),
    end: (name: string) => void working.push(`-${name}`),
    pause: (name: string) => pauses.get(name) ?? 0,
  };
  const queue = new FairQueue({ perFlow: 10, maxWaiting: 100, pace });
  const order: string[] = [];
  const paused = ['a0', 'a1'].map(async (name) => queue.run('a', () => order.push(name)));
  void queue.run('b', () => order.push('b0'));
  expect(queue.tryEnter('a')).toBeUndefined();
  await settled();
  expect(order).toEqual(['b0']);
  pauses.clear();
  await Promise.all(paused);
  expect(order).toEqual(['b0', 'a0', 'a1']);
  expect(working).toEqual(['+b', '-b', '+a', '-a', '+a', '-a']);
});
