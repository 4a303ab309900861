import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRole } from '../kit/role-process.js';

const READY = /GraphQL\s+(\S+)\/graphql/;
/** The program that uses the port. */
const other = createServer();
let usedPort: number;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'fleetgraph-port-'));
  // Started by root, the database runs as another user, which must reach this folder.
  await chmod(home, 0o755);
  await once(other.listen(0, '127.0.0.1'), 'listening');
  usedPort = (other.address() as AddressInfo).port;
});
afterAll(async () => {
  other.close();
  await rm(home, { recursive: true, force: true });
});

test.each(['PORT', 'KUBESIM_PORT'])(
  'a platform whose %s is in use exits at once and names the setting to change',
  async (name) => {
    const env = {
      FLEETGRAPH_HOME: home,
      PORT: '0',
      KUBESIM_PORT: '0',
      [name]: String(usedPort),
    };
    await expect(startRole(['start'], env, READY)).rejects.toThrow(
      new RegExp(`Port ${usedPort} is in use. Name another: PORT`),
    );
  },
);
