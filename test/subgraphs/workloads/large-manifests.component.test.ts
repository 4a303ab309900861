import 'reflect-metadata';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DiagnosticsChannel } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { apply, startWorkloads, type WorkloadsWorld } from './kit.js';

/** Characters of a manifest's text. */
const LARGE = 300_000;

let world: WorkloadsWorld;
let clusterId: string;
beforeAll(async () => {
  world = await startWorkloads();
  clusterId = await world.cluster('acme', 1);
});
afterAll(() => world?.[Symbol.asyncDispose]());

const configMap = (name: string, value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { value: "${value}" }\n`;

interface Traffic {
  /** Bytes of the API servers' responses about ConfigMaps. */
  readonly bytes: number;
  /** Maximum number of ConfigMaps that were written concurrently. */
  readonly writes: number;
}

/** Traffic about ConfigMaps with API servers during `work`, as undici reports it. */
async function trafficOf(work: () => Promise<unknown>): Promise<Traffic> {
  let [bytes, writing, writes] = [0, 0, 0];
  const begun = (message: unknown) => {
    const { request } = message as DiagnosticsChannel.RequestCreateMessage;
    if (request.method === 'PATCH') writes = Math.max(writes, (writing += 1));
  };
  const onChunk = (message: unknown) => {
    const { request, chunk } = message as DiagnosticsChannel.RequestBodyChunkReceivedMessage;
    if (request.path.includes('/configmaps/')) bytes += chunk.length;
  };
  const over = (message: unknown) => {
    const { request } = message as DiagnosticsChannel.RequestTrailersMessage;
    if (request.method === 'PATCH') writing -= 1;
  };
  const channels = [
    ['undici:request:create', begun],
    ['undici:request:bodyChunkReceived', onChunk],
    ['undici:request:trailers', over],
  ] as const;
  for (const [name, listener] of channels) subscribe(name, listener);
  try {
    await work();
    return { bytes, writes };
  } finally {
    for (const [name, listener] of channels) unsubscribe(name, listener);
  }
}

describe('large ConfigMap of a manifest', () => {
  test('is not read back: the API server returns its metadata only', async () => {
    const yaml = configMap('large', 'x'.repeat(LARGE));
    const results: unknown[] = [];
    const { bytes } = await trafficOf(async () => {
      for (const text of [yaml, yaml, configMap('large', 'y'.repeat(LARGE))])
        results.push((await apply(world, 'acme', { clusterId, yaml: text })).objects[0]?.result);
    });
    expect(results).toEqual(['CREATED', 'UNCHANGED', 'CONFIGURED']);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(LARGE / 10);
  });

  test('is compared as a whole in a dry run, which increments no version', async () => {
    await apply(world, 'acme', { clusterId, yaml: configMap('tried', 'a') });
    const tried = async (value: string) =>
      (await apply(world, 'acme', { clusterId, yaml: configMap('tried', value) }, true)).objects[0]?.result;
    expect(await tried('a')).toBe('UNCHANGED');
    expect(await tried('b')).toBe('CONFIGURED');
  });

  test('waits for other large ones of its account, unlike small ones', async () => {
    const all = (size: number) => () =>
      Promise.all(
        Array.from({ length: 4 }, (_, index) =>
          apply(world, 'acme', { clusterId, yaml: configMap(`map-${size}-${index}`, 'x'.repeat(size)) }),
        ),
      );
    expect((await trafficOf(all(LARGE))).writes).toBe(1);
    // Small ones overlap when a write has not ended before the next one starts.
    await eventually(async () => (await trafficOf(all(10))).writes > 1);
  });
});
