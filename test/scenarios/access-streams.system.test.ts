import { afterAll, beforeAll, expect, test } from 'vitest';
import { appendEvents, restrictAccount, writeCluster } from '../kit/account-permissions.js';
import { createTestDatabase, type TestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { recordStream, transports } from '../kit/record-stream.js';
import { type RoleFleet, startRoleFleet } from './role-processes.js';

const stack = new AsyncDisposableStack();
let kit: TestDatabase;
let fleet: RoleFleet;

beforeAll(async () => {
  kit = stack.use(await createTestDatabase());
  fleet = stack.use(await startRoleFleet(kit.url));
}, 300_000);
afterAll(() => stack.disposeAsync());

test.each(transports)(
  'a permission that the process of the access subgraph revokes ends streams of other processes over %s',
  async (transport) => {
    const account = `apart-${transport.toLowerCase()}`;
    const permissions = await restrictAccount(fleet.url, account);
    const id = await writeCluster(kit.database, account, { name: 'eu' });
    const permission = await permissions.grant({ to: 'ann', role: 'read-only' });
    const [seen, watch] = await Promise.all(
      ['subscription { events { message } }', 'subscription { watchClusters { type } }'].map((query) =>
        recordStream<object>(fleet.url, { account, subject: 'ann', query, transport }),
      ),
    );
    using events = seen!;
    using clusters = watch!;
    await eventually(async () => {
      await appendEvents(kit.database, account, [id, 'seen']);
      return events.events.length > 0 && clusters.events.length > 0;
    });
    await permissions.revoke(permission);
    expect(await Promise.all([events.ended, clusters.ended])).toEqual(['ACCESS_CHANGED', 'ACCESS_CHANGED']);
  },
);
