import { expect, test } from 'vitest';
import { readEvents } from '../kit/read-events.js';

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

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
