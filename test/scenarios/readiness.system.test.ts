import 'reflect-metadata';
import { expect, inject, test } from 'vitest';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { AUTH_SECRET, PLATFORM_SECRET, startTestPlatform } from '../kit/platform.js';
import { startRole } from '../kit/role-process.js';
import { onServer } from '../kit/template-database.js';

interface Ready {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ready(base: string): Promise<Ready> {
  const response = await fetch(`${base}/readyz`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Makes new sessions of the database, such as those of probes, read-only. */
function setReadOnly({ url }: TestDatabase, on: boolean): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const setting = 'default_transaction_read_only';
  return onServer(
    inject('postgresUrl'),
    `ALTER DATABASE ${name} ${on ? `SET ${setting} = on` : `RESET ${setting}`}`,
  );
}

test('the all-in-one platform reports not ready, with the reason, while its database rejects writes', async () => {
  await using platform = await startTestPlatform();
  expect(await ready(platform.url)).toMatchObject({ status: 200, body: { ready: true } });
  await setReadOnly(platform.kit, true);
  expect(await ready(platform.url)).toMatchObject({
    status: 503,
    body: { ready: false, subgraphs: { clusters: 'the database is read-only' } },
  });
  await setReadOnly(platform.kit, false);
  expect(await ready(platform.url)).toMatchObject({ status: 200, body: { ready: true } });
});

test('each role is ready while its database accepts writes, and the gateway while its subgraphs are ready', async () => {
  await using database = await createTestDatabase();
  const port = async () => String(await freePort());
  const healthPorts = { engine: await port(), kubesim: await port(), regions: await port() };
  const settings = {
    DATABASE_URL: database.url,
    FLEETGRAPH_SECRET: PLATFORM_SECRET,
    AUTH_SECRET,
    KUBESIM_PORT: '0',
    PORT: '0',
  };
  await using _kubesim = await startRole(['kubesim'], { ...settings, HEALTH_PORT: healthPorts.kubesim });
  await using _engine = await startRole(['engine'], { ...settings, HEALTH_PORT: healthPorts.engine });
  await using regions = await startRole(['subgraph', 'regions', '--port', '0'], {
    ...settings,
    HEALTH_PORT: healthPorts.regions,
  });
  await using gateway = await startRole(['gateway'], {
    ...settings,
    SUBGRAPH_URLS: `regions=${regions.url}`,
  });
  const roles = Object.values(healthPorts).map((port) => `http://127.0.0.1:${port}`);
  const states = () => Promise.all(roles.map(ready));
  const fine = { status: 200, body: { ready: true, database: 'ok' } };
  expect(await states()).toMatchObject([fine, fine, fine]);
  expect(await ready(gateway.url)).toMatchObject({ body: { subgraphs: { regions: 'ok' } } });
  await setReadOnly(database, true);
  const broken = { status: 503, body: { ready: false, database: 'read-only' } };
  expect(await states()).toMatchObject([broken, broken, broken]);
  expect(await ready(gateway.url)).toMatchObject({
    status: 503,
    body: { subgraphs: { regions: 'the database is read-only' } },
  });
});
