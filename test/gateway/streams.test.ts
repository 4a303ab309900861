import { describe, expect, test } from 'vitest';
import { mapStream } from '../../protocol/mapped-stream.js';
import { toWire } from '../../protocol/wire.js';
import { readEvents } from '../kit/read-events.js';

describe('a mapped stream', () => {
  test('pulls its source only when it is pulled', async () => {
    const source = counter();
    const stream = mapStream(source.values, (value) => value * 10);
    expect(source.pulled()).toBe(0);
    expect(await stream.next()).toEqual({ done: false, value: 10 });
    expect(source.pulled()).toBe(1);
  });

  test('ends immediately when it is returned while its source is pending', async () => {
    const stream = mapStream(waiting(), (value) => value);
    const next = stream.next();
    await stream.return(undefined);
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('ends when its signal aborts, before or while it is read', async () => {
    const controller = new AbortController();
    const stream = mapStream(waiting(), (value) => value, { signal: controller.signal });
    const next = stream.next();
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    const late = mapStream(counter().values, (value) => value, { signal: controller.signal });
    expect(await late.next()).toEqual({ done: true, value: undefined });
  });

  test('rethrows the error of its source or maps it to a last value', async () => {
    await expect(mapStream(failing(), (value) => value).next()).rejects.toThrow('broken');
    const stream = mapStream(failing(), (value) => value, { failed: () => -1 });
    expect(await stream.next()).toEqual({ done: false, value: -1 });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  test('signals its end once and closes its source', async () => {
    let ended = 0;
    const source = counter();
    const stream = mapStream(source.values, (value) => value, { ended: () => (ended += 1) });
    await stream.next();
    await stream.return(undefined);
    await stream.return(undefined);
    expect(ended).toBe(1);
    expect(source.closed()).toBe(true);
  });
});

test('parses server-sent events split into arbitrary chunks', async () => {
  const text = ':\n\nevent: next\ndata: {"a":"ä"}\n\n:\n\nevent: complete\ndata:\n\n';
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 7, 1000]) {
    const events = [];
    for await (const event of readEvents(chunks(bytes, size))) events.push(event);
    expect(events).toEqual([
      { event: 'next', data: '{"a":"ä"}' },
      { event: 'complete', data: '' },
    ]);
  }
});

test('parses all line endings of server-sent events, and events with several data lines or none', async () => {
  const text =
    ':\r\revent: next\r\ndata: {"a":\r\ndata:1}\r\n\r\nevent:next\rdata:  x\r\revent: complete\n\n';
  for (const size of [1, 2, 1000]) {
    const events = [];
    for await (const event of readEvents(chunks(new TextEncoder().encode(text), size))) events.push(event);
    expect(events).toEqual([
      { event: 'next', data: '{"a":\n1}' },
      { event: 'next', data: ' x' },
      { event: 'complete', data: '' },
    ]);
  }
});

test('passes a value in process as it would be serialized', () => {
  const shared = { nested: [1, null, 'x'] };
  const value = { at: new Date(0), big: 10n, shared, ['__proto__']: 1 };
  const copy = toWire(value) as Record<string, unknown>;
  expect(copy['at']).toBe('1970-01-01T00:00:00.000Z');
  expect(copy['big']).toBe('10');
  expect(copy['shared']).toEqual(shared);
  expect(copy['shared']).not.toBe(shared);
  expect(Object.keys(copy)).toEqual(['at', 'big', 'shared', '__proto__']);
});

function counter() {
  let pulled = 0;
  let closed = false;
  async function* values(): AsyncGenerator<number> {
    try {
      while (pulled < 100) yield await Promise.resolve((pulled += 1));
    } finally {
      closed = true;
    }
  }
  return { values: values(), pulled: () => pulled, closed: () => closed };
}

async function* waiting(): AsyncGenerator<number> {
  yield await new Promise<number>(() => undefined);
}

async function* failing(): AsyncGenerator<number> {
  yield await Promise.reject<number>(new Error('broken'));
}

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
