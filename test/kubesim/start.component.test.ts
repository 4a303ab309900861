import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.js';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { createLog } from '../../kernel/log.js';
import { startKubesim } from '../../kubesim/server.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { clientTokens } from '../kit/client-tokens.js';

let kit: TestDatabase;
beforeAll(async () => {
  kit = await createTestDatabase();
});
afterAll(() => kit[Symbol.asyncDispose]());

test('releases everything if a port is in use at the start', async () => {
  const occupied = createServer().listen(0, '127.0.0.1');
  await once(occupied, 'listening');
  const address = occupied.address();
  const port = await freePort();
  const options = {
    host: '127.0.0.1',
    port,
    clientTokens,
    databaseUrl: kit.url,
    secret: 'a secret of the tests that is long enough',
    clock: systemClock,
    log: createLog('silent'),
  };
  const kubernetesPort = typeof address === 'object' && address ? address.port : 0;
  await expect(startKubesim({ ...options, kubernetesPort })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  // Otherwise it would wait for the lease and the port of the first one.
  await using second = await startKubesim({ ...options, kubernetesPort: 0 });
  expect(second.cloudUrl).toBe(`http://127.0.0.1:${port}`);
  occupied.close();
});
