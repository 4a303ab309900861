import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ListWriter } from '../../kubesim/kubernetes/api/list-writer.js';

/** Number of characters after which objects wait for another turn of the event loop. */
const PART = 128 * 1024;

interface Written {
  readonly turn: number;
  readonly bytes: number;
}

/** Writes the lists concurrently to one response; returns the written text by turn of the event loop. */
async function sent(lists: readonly (readonly unknown[])[]) {
  const writer = new ListWriter();
  const written: Written[] = [];
  let turn = 0;
  let counting = setImmediate(function count() {
    turn += 1;
    counting = setImmediate(count);
  });
  const waiting: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    const write = response.write.bind(response) as (chunk: Buffer) => boolean;
    response.write = (chunk: Buffer) => {
      written.push({ turn, bytes: chunk.length });
      return write(chunk);
    };
    if (waiting.push(response) < lists.length) return;
    for (const [index, pending] of waiting.entries())
      void writer.send(pending, `account-${index}`, {
        status: 200,
        body: { kind: 'List', items: lists[index] },
        list: 'items',
        media: 'json',
      });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const responses = await Promise.all(
    lists.map(() => fetch(`http://127.0.0.1:${port}/`, { headers: { 'accept-encoding': 'identity' } })),
  );
  const bodies = await Promise.all(responses.map((response) => response.json()));
  clearImmediate(counting);
  server.closeAllConnections();
  server.close();
  return { written, bodies: bodies as { kind: string; items: unknown[] }[], responses };
}

const objects = (count: number, size: number) =>
  Array.from({ length: count }, (_, index) => ({ index, text: 'x'.repeat(size) }));

test('writes a list of a few large objects in parts, one per turn of the event loop', async () => {
  const list = objects(12, 100_000);
  const { written, bodies } = await sent([list]);
  expect(bodies).toEqual([{ kind: 'List', items: list }]);
  expect(Math.max(...written.map(({ bytes }) => bytes))).toBeLessThan(PART + 110_000);
  expect(new Set(written.map(({ turn }) => turn)).size).toBe(written.length);
});

test('writes one part per turn for several lists together', async () => {
  const lists = [objects(6, 100_000), objects(100, 10), objects(6, 100_000)];
  const { written, bodies } = await sent(lists);
  expect(bodies.map(({ items }) => items.length)).toEqual([6, 100, 6]);
  expect(new Set(written.map(({ turn }) => turn)).size).toBe(written.length);
});

test('writes a short list in one part with its content length', async () => {
  const { written, bodies, responses } = await sent([objects(3, 10)]);
  expect(written).toHaveLength(1);
  expect(bodies[0]?.items).toHaveLength(3);
  expect(responses[0]?.headers.get('content-length')).toBe(String(written[0]?.bytes));
});
