import { expect, test } from 'vitest';
import {
  LightAbortController,
  type AbortSignalLike,
  nativeSignal,
} from '../../../gateway/upstream/call/light-abort-controller.js';
import { Deadline } from '../../../gateway/upstream/call/deadline.js';

const never = () => new Promise<never>(() => undefined);
const LATE = { extensions: { code: 'REQUEST_TIMEOUT' } };

test('rejects overdue work with REQUEST_TIMEOUT in start order and leaves work within its deadline running', async () => {
  const deadline = new Deadline(30);
  const ended: string[] = [];
  const signals = new Map<string, AbortSignalLike>();
  const begin = (name: string, work: () => Promise<unknown>) =>
    Promise.resolve(
      deadline.within(new LightAbortController(), (signal) => {
        signals.set(name, signal);
        return work();
      }),
    ).finally(() => ended.push(name));
  const inTime = begin('in time', () => Promise.resolve('done'));
  const first = begin('first', never);
  const second = begin('second', never);
  expect(await inTime).toBe('done');
  await expect(first).rejects.toMatchObject(LATE);
  await expect(second).rejects.toMatchObject(LATE);
  // Work that starts after all other work has ended is timed as well.
  await expect(begin('third', never)).rejects.toMatchObject(LATE);
  expect(ended).toEqual(['in time', 'first', 'second', 'third']);
  expect([...signals].filter(([, { aborted }]) => aborted).map(([name]) => name)).toEqual([
    'first',
    'second',
    'third',
  ]);
});

test('aborts work when its client disconnects, also when the client disconnected before the start', async () => {
  const deadline = new Deadline(30_000);
  const client = new AbortController();
  const wasAborted = deadline.within(client.signal, (signal) => {
    expect(signal.aborted).toBe(false);
    client.abort();
    return Promise.resolve(signal.aborted);
  });
  expect(await wasAborted).toBe(true);
  expect(await deadline.within(client.signal, ({ aborted }) => Promise.resolve(aborted))).toBe(true);
});

test('LightAbortController calls each listener once, no removed one, and offers a native signal', () => {
  const cancellation = new LightAbortController();
  const called: string[] = [];
  const removed = () => called.push('gone');
  cancellation.addEventListener('abort', removed);
  const listener = () => called.push('there');
  cancellation.addEventListener('abort', listener);
  cancellation.removeEventListener('abort', removed);
  cancellation.addEventListener('abort', listener);
  const before = nativeSignal(cancellation);
  expect(before.aborted).toBe(false);
  cancellation.abort();
  cancellation.abort();
  expect(called).toEqual(['there']);
  expect(before.aborted).toBe(true);
  expect(nativeSignal(cancellation).aborted).toBe(true);
});
