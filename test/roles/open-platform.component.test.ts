import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../kernel/clock.js';
import { createLog } from '../../kernel/log.js';
import { openPlatform, type PlatformOptions } from '../../roles/open-platform.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';

let kit: TestDatabase;
beforeAll(async () => {
  kit = await createTestDatabase();
});
afterAll(() => kit[Symbol.asyncDispose]());

function options(): PlatformOptions {
  return {
    databaseUrl: kit.url,
    poolSize: 2,
    secret: 'a secret of tests, thirty-two characters and more',
    cloudUrl: 'http://127.0.0.1:1',
    clock: systemClock,
    log: createLog('silent'),
  };
}

describe('openPlatform', () => {
  it('closes the connections of the infrastructure provider when it is disposed', async () => {
    const sockets = new Set<unknown>();
    // Longer than the test, so that only the provider closes a connection.
    const cloud = createServer({ keepAliveTimeout: 600_000 }, (_request, response) => {
      response.writeHead(404).end();
    });
    cloud.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    await once(cloud.listen(0, '127.0.0.1'), 'listening');
    const { port } = cloud.address() as AddressInfo;
    const platform = await openPlatform({ ...options(), cloudUrl: `http://127.0.0.1:${port}` });
    expect(await platform.provider.controlPlane('cluster_none')).toBeUndefined();
    expect(sockets.size).toBe(1);
    await platform[Symbol.asyncDispose]();
    await eventually(() => sockets.size === 0, { timeoutMs: 10_000, what: 'the connection to be closed' });
    cloud.close();
  });

  it('closes the database when the event log cannot be opened', async () => {
    const end = vi.spyOn(pg.Pool.prototype, 'end');
    // Nothing listens on port 1.
    await expect(openPlatform({ ...options(), nats: { url: 'nats://127.0.0.1:1' } })).rejects.toThrow();
    expect(end).toHaveBeenCalled();
  });
});
