import { afterEach, expect, test, vi } from 'vitest';
import { LargeBodies, type LargeBodySlot } from '../../../gateway/request/large-bodies.js';
import { LightAbortController } from '../../../gateway/upstream/call/light-abort-controller.js';

const slots: (LargeBodySlot | undefined)[] = [];
afterEach(() => {
  vi.useRealTimers();
  // Tests of this thread share the pace of accounts.
  for (const slot of slots.splice(0)) slot?.release();
});

async function enter(bodies: LargeBodies, account: string, signal = gone()) {
  const slot = await bodies.enter(account, signal);
  slots.push(slot);
  return slot;
}

const gone = () => new LightAbortController();

test('lets the next body in when one is sent slowly', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const bodies = new LargeBodies(1);
  await enter(bodies, 'acme');
  const next = enter(bodies, 'acme');
  vi.advanceTimersByTime(5_000);
  expect(await next).toBeDefined();
});

test('keeps the slot of a body that has been read until it is released', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const bodies = new LargeBodies(1);
  const slot = await enter(bodies, 'acme');
  slot?.complete();
  const order: string[] = [];
  const next = enter(bodies, 'acme').then(() => order.push('next'));
  vi.advanceTimersByTime(60_000);
  // Another account's body starts after whatever could start before it.
  await enter(bodies, 'globex').then(() => order.push('other'));
  slot?.release();
  await next;
  expect(order).toEqual(['other', 'next']);
});

test('gives no slot to a sender that has left', async () => {
  const bodies = new LargeBodies(1);
  const slot = await enter(bodies, 'acme');
  const leaving = gone();
  const left = enter(bodies, 'acme', leaving);
  leaving.abort();
  expect(await left).toBeUndefined();
  const next = enter(bodies, 'acme');
  slot?.release();
  expect(await next).toBeDefined();
});
