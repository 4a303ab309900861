import { describe, expect, test } from 'vitest';
import { mapStream } from '../../protocol/mapped-stream.js';

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
