import { afterEach, expect, test, vi } from 'vitest';
import { AccountPace } from '../../../kernel/fairness/account-pace.js';
import { LargeBodies } from '../../../gateway/request/large-bodies.js';
import { LightAbortController } from '../../../gateway/upstream/call/light-abort-controller.js';

afterEach(() => void vi.useRealTimers());

/** One slot for each account; a separate pace, because other tests of this thread change a shared one. */
const startBodies = () => new LargeBodies(1, new AccountPace());
const newSignal = () => new LightAbortController();

test('admits the next body when one is sent slowly', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const bodies = startBodies();
  await bodies.enter('acme', newSignal());
  const next = bodies.enter('acme', newSignal());
  vi.advanceTimersByTime(5_000);
  expect(await next).toBeDefined();
});

test('keeps the slot of a body that has been read until it is released', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const bodies = startBodies();
  const slot = await bodies.enter('acme', newSignal());
  slot?.complete();
  const order: string[] = [];
  const next = bodies.enter('acme', newSignal()).then(() => order.push('next'));
  vi.advanceTimersByTime(60_000);
  // A body of another account is admitted after all earlier ones.
  await bodies.enter('globex', newSignal()).then(() => order.push('other'));
  slot?.release();
  await next;
  expect(order).toEqual(['other', 'next']);
});

test('grants no slot to an aborted sender', async () => {
  const bodies = startBodies();
  const slot = await bodies.enter('acme', newSignal());
  const leaving = newSignal();
  const aborted = bodies.enter('acme', leaving);
  leaving.abort();
  expect(await aborted).toBeUndefined();
  const next = bodies.enter('acme', newSignal());
  slot?.release();
  expect(await next).toBeDefined();
});
