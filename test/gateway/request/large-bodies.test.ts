import { afterEach, expect, test, vi } from 'vitest';
import { LargeBodies } from '../../../gateway/request/large-bodies.js';
import { LightAbortController } from '../../../gateway/upstream/call/light-abort-controller.js';

afterEach(() => void vi.useRealTimers());

const gone = () => new LightAbortController();

test('lets the next body in when one is sent slowly', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const bodies = new LargeBodies(1);
  await bodies.enter('acme', gone());
  const next = bodies.enter('acme', gone());
  vi.advanceTimersByTime(5_000);
  expect(await next).toBeDefined();
});

test('keeps the slot of a body that has been read until it is released', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const bodies = new LargeBodies(1);
  const slot = await bodies.enter('acme', gone());
  slot?.complete();
  const order: string[] = [];
  const next = bodies.enter('acme', gone()).then(() => order.push('next'));
  vi.advanceTimersByTime(60_000);
  // Another account's body starts after whatever could start before it.
  await bodies.enter('globex', gone()).then(() => order.push('other'));
  slot?.release();
  await next;
  expect(order).toEqual(['other', 'next']);
});

test('gives no slot to a sender that has left', async () => {
  const bodies = new LargeBodies(1);
  const slot = await bodies.enter('acme', gone());
  const leaving = gone();
  const left = bodies.enter('acme', leaving);
  leaving.abort();
  expect(await left).toBeUndefined();
  const next = bodies.enter('acme', gone());
  slot?.release();
  expect(await next).toBeDefined();
});
