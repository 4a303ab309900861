import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnv } from '../../../../kernel/env.js';
import { gatewaySettings } from '../../../../roles/gateway-settings.js';

test('has defaults: any document, introspection by scope, and half a core per account', async () => {
  expect(await gatewaySettings(readEnv({}))).toMatchObject({
    limits: { introspection: { scope: 'fleet:introspect' } },
    rate: { points: 3_000_000, window: 60, databaseUrl: undefined },
    trustedDocuments: undefined,
    metricsPort: undefined,
  });
});

test('passes every setting to the gateway', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'settings-'));
  const file = join(folder, 'trusted.json');
  await writeFile(file, JSON.stringify({ id: '{ regions { id } }' }));
  const settings = await gatewaySettings(
    readEnv({
      COST_LIMIT: '7',
      RESPONSE_LIMIT: '10000',
      REQUEST_TIMEOUT: '8',
      RATE_POINTS: '8',
      INTROSPECTION: 'false',
      TRUSTED_DOCUMENTS: file,
      METRICS_PORT: '0',
    }),
    'postgresql://host/rates',
  );
  expect(settings).toMatchObject({
    limits: {
      cost: 7,
      responseBytes: 10_000,
      introspection: false,
      requestTimeout: 8_000,
      subgraphTimeout: 4_000,
    },
    rate: { points: 8, databaseUrl: 'postgresql://host/rates' },
    metricsPort: 0,
  });
  expect(settings.trustedDocuments?.get('id')).toBe('{ regions { id } }');
  expect((await gatewaySettings(readEnv({ RATE_POINTS: '0' }))).rate).toBeUndefined();
  expect((await gatewaySettings(readEnv({ INTROSPECTION: 'true' }))).limits).toEqual({
    introspection: true,
    requestTimeout: 30_000,
    subgraphTimeout: 15_000,
  });
  await rm(folder, { recursive: true });
});
