import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  appendEvents,
  type RestrictedAccount,
  restrictAccount,
  writeCluster,
} from '../kit/account-permissions.js';
import { subscriberRights } from '../../roles/gateway-settings.js';
import { eventually } from '../kit/eventually.js';
import { startTestPlatform, type TestPlatform, graphqlRequest, testToken } from '../kit/platform.js';
import { recordStream, type StreamRecord, type Transport, transports } from '../kit/record-stream.js';

const EVENTS = 'subscription ($after: EventCursor) { events(after: $after) { message cursor } }';
const PROVISIONING = `subscription ($after: EventCursor) {
  events: provisioningEvents(after: $after) { message cursor } }`;
const WATCH =
  'subscription ($after: EventCursor) { watchClusters(after: $after) { type cursor cluster { name } } }';

interface Received {
  readonly events: { readonly message: string; readonly cursor: string };
}
interface Watched {
  readonly watchClusters: {
    readonly type: string;
    readonly cursor: string;
    readonly cluster: { readonly name: string } | null;
  };
}

let platform: TestPlatform;
let account: string;
let permissions: RestrictedAccount;
const clusters = { eu: '', us: '' };
let accounts = 0;

beforeAll(async () => {
  platform = await startTestPlatform({ gateway: { subscriberRights, metricsPort: 0 } });
});
afterAll(() => platform[Symbol.asyncDispose]());

beforeEach(async () => {
  accounts += 1;
  account = `streams${accounts}`;
  permissions = await restrictAccount(platform.url, account);
  const { database } = platform.kit;
  clusters.eu = await writeCluster(database, account, { name: 'eu', labels: { env: 'prod' } });
  clusters.us = await writeCluster(database, account, { name: 'us', regionId: 'cn-beijing' });
});

const inEurope = { regionId: 'cn-hangzhou' };

function subscribe<T = Received>(
  subject: string,
  query: string,
  more: { readonly variables?: Record<string, unknown>; readonly transport?: Transport } = {},
): Promise<StreamRecord<T>> {
  return recordStream<T>(platform.url, { account, subject, query, ...more });
}

function append(...events: readonly (readonly ['eu' | 'us', string])[]): Promise<void> {
  const named = events.map(([cluster, message]) => [clusters[cluster], message] as const);
  return appendEvents(platform.kit.database, account, ...named);
}

function messagesOf({ events }: StreamRecord<Received>): string[] {
  return events.map(({ events: { message } }) => message);
}

/** A subscription of events that is open: it has received the event `open`. */
async function opened(
  subject: string,
  query = EVENTS,
  transport: Transport = 'WebSocket',
): Promise<StreamRecord<Received>> {
  const after = await cursorOfRoot();
  await append(['eu', 'open']);
  const stream = await subscribe(subject, query, { variables: { after }, transport });
  await eventually(() => messagesOf(stream).includes('open'));
  return stream;
}

/** A cursor of another caller, who may read everything. */
async function cursorOfRoot(): Promise<string> {
  await append(['us', 'first']);
  const { data } = await graphqlRequest<{ events: { nodes: { cursor: string }[] } }>(platform.url, {
    query: '{ events(first: 1) { nodes { cursor } } }',
    token: await testToken(account, { subject: 'root' }),
  });
  return data!.events.nodes[0]!.cursor;
}

describe.each(transports)('over %s', (transport) => {
  test.each([EVENTS, PROVISIONING])(
    'a stream has the events of visible clusters only, live and after a cursor of another caller: %s',
    async (query) => {
      await permissions.grant({ to: 'ann', role: 'read-only', scope: inEurope });
      using live = await opened('ann', query, transport);
      const after = await cursorOfRoot();
      await append(['us', '1'], ['eu', '2'], ['us', '3'], ['eu', '4']);
      await eventually(() => messagesOf(live).includes('4'));
      expect(messagesOf(live)).toEqual(['open', '2', '4']);
      using replayed = await subscribe('ann', query, { variables: { after }, transport });
      await eventually(() => messagesOf(replayed).includes('4'));
      expect(messagesOf(replayed)).toEqual(['2', '4']);
    },
  );

  test('a stream ends with ACCESS_CHANGED when a permission of its caller is revoked', async () => {
    const everywhere = await permissions.grant({ to: 'ann', role: 'read-only' });
    await permissions.grant({ to: 'ann', role: 'read-only', scope: inEurope });
    using stream = await opened('ann', EVENTS, transport);
    await permissions.revoke(everywhere);
    expect(await stream.ended).toBe('ACCESS_CHANGED');
    await append(['us', 'after']);
    const { cursor } = stream.events.at(-1)!.events;
    using again = await subscribe('ann', EVENTS, { variables: { after: cursor }, transport });
    await append(['eu', 'last']);
    await eventually(() => messagesOf(again).includes('last'));
    expect(messagesOf(again)).not.toContain('after');
    expect(messagesOf(stream)).not.toContain('after');
  });
});

test('a caller without permissions subscribes and receives nothing', async () => {
  await permissions.grant({ to: 'ann', role: 'read-only' });
  using nothing = await subscribe('ben', EVENTS, { variables: { after: await cursorOfRoot() } });
  using all = await opened('ann');
  await append(['us', '1']);
  await eventually(() => messagesOf(all).includes('1'));
  expect(nothing.events).toEqual([]);
});

test('a stream ends with ACCESS_CHANGED when a permission of its caller expires', async () => {
  const expiresAt = new Date(Date.now() + 3000).toISOString();
  await permissions.grant({ to: 'ann', role: 'read-only', expiresAt });
  using stream = await opened('ann');
  expect(await stream.ended).toBe('ACCESS_CHANGED');
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
});

test('a caller who gets a permission subscribes again and receives what was hidden', async () => {
  await permissions.grant({ to: 'ann', role: 'read-only', scope: inEurope });
  using stream = await opened('ann');
  await append(['us', 'hidden']);
  await permissions.grant({ to: 'ann', role: 'read-only', scope: { clusterId: clusters.us } });
  expect(await stream.ended).toBe('ACCESS_CHANGED');
  const { cursor } = stream.events.at(-1)!.events;
  using again = await subscribe('ann', EVENTS, { variables: { after: cursor } });
  await eventually(() => messagesOf(again).includes('hidden'));
});

test('a stream goes on when permissions of others change', async () => {
  const ofBen = await permissions.grant({ to: 'ben', role: 'read-only' });
  await permissions.grant({ to: 'ann', role: 'read-only' });
  using ann = await opened('ann');
  using ben = await opened('ben');
  await permissions.revoke(ofBen);
  expect(await ben.ended).toBe('ACCESS_CHANGED');
  await append(['us', 'on']);
  await eventually(() => messagesOf(ann).includes('on'));
});

test('a stream of a hidden cluster is refused as one of a cluster that does not exist', async () => {
  await permissions.grant({ to: 'ann', role: 'read-only', scope: inEurope });
  for (const field of ['provisioningEvents', 'scalingEvents']) {
    const query = `subscription ($id: ID) { ${field}(clusterId: $id) { id } }`;
    for (const id of [clusters.us, 'cluster_0000000000']) {
      using stream = await subscribe('ann', query, { variables: { id } });
      expect(await stream.ended).toBe('NOT_FOUND');
    }
    using visible = await subscribe('ann', query, { variables: { id: clusters.eu } });
    expect(await Promise.race([visible.ended, append(['eu', 'x'])])).toBeUndefined();
  }
});

describe('callers with equal rights', () => {
  const readers = async () => {
    const text = await (await fetch(platform.metricsUrl!)).text();
    return Number(/^fleetgraph_event_log_readers (\d+)/m.exec(text)?.[1]);
  };
  const readersAre = (count: number) =>
    eventually(async () => (await readers()) === count, { what: `${count} readers of the log` });

  test('share one execution, those with other rights another one', async () => {
    const before = await readers();
    for (const to of ['ann', 'ben']) await permissions.grant({ to, role: 'read-only', scope: inEurope });
    await permissions.grant({ to: 'cem', role: 'read-only' });
    using ann = await opened('ann');
    using ben = await opened('ben');
    await readersAre(before + 1);
    using cem = await opened('cem');
    await readersAre(before + 2);
    await append(['us', '1'], ['eu', '2']);
    for (const stream of [ann, ben, cem]) await eventually(() => messagesOf(stream).includes('2'));
    expect(messagesOf(ann)).not.toContain('1');
    expect(messagesOf(ben)).not.toContain('1');
    expect(messagesOf(cem)).toContain('1');
  });

  test.each(['first', 'second'])(
    'lose none of their events when the %s of them loses its rights',
    async (which) => {
      const before = await readers();
      const ids: string[] = [];
      for (const to of ['ann', 'ben'])
        ids.push(await permissions.grant({ to, role: 'read-only', scope: inEurope }));
      const streams = [await opened('ann'), await opened('ben')];
      await readersAre(before + 1);
      const [revoked, kept] = which === 'first' ? [0, 1] : [1, 0];
      const sending = (async () => {
        for (let count = 1; count <= 30; count += 1)
          await append(['us', `hidden${count}`], ['eu', `${count}`]);
      })();
      await permissions.revoke(ids[revoked]!);
      await sending;
      expect(await streams[revoked]!.ended).toBe('ACCESS_CHANGED');
      await append(['eu', 'last']);
      await eventually(() => messagesOf(streams[kept]!).includes('last'));
      const numbers = Array.from({ length: 30 }, (_, index) => `${index + 1}`);
      expect(messagesOf(streams[kept]!).filter((message) => message !== 'open')).toEqual([
        ...numbers,
        'last',
      ]);
      expect(messagesOf(streams[revoked]!)).not.toContain('last');
      for (const stream of streams) stream[Symbol.dispose]();
      await readersAre(before);
    },
  );
});

describe('a watch of clusters', () => {
  const changesOf = ({ events }: StreamRecord<Watched>) =>
    events.map(({ watchClusters: { type, cluster } }) => `${type} ${cluster?.name ?? ''}`.trim());
  const relabel = (id: string, labels: object) =>
    graphqlRequest(platform.url, {
      query: `mutation ($id: ID!, $labels: JSON) { updateCluster(input: { id: $id, labels: $labels }) { userErrors { code } } }`,
      variables: { id, labels },
      token: rootToken,
    });
  let rootToken: string;
  beforeEach(async () => {
    rootToken = await testToken(account, { subject: 'root' });
    await permissions.grant({ to: 'ann', role: 'read-only', scope: { clusterSelector: 'env=prod' } });
  });

  test('adds a cluster whose labels make it visible', async () => {
    using watch = await subscribe<Watched>('ann', WATCH);
    await eventually(() => changesOf(watch).includes('SYNCED'));
    await relabel(clusters.us, { env: 'prod' });
    await eventually(() => changesOf(watch).includes('ADDED us'));
    expect(changesOf(watch).filter((change) => change !== 'BOOKMARK')).toEqual([
      'ADDED eu',
      'SYNCED',
      'ADDED us',
    ]);
  });

  test('ends with ACCESS_CHANGED when the labels of a cluster hide it, without its new labels', async () => {
    using watch = await subscribe<Watched>('ann', WATCH);
    await eventually(() => changesOf(watch).includes('SYNCED'));
    await relabel(clusters.eu, { env: 'dev' });
    expect(await watch.ended).toBe('ACCESS_CHANGED');
    expect(changesOf(watch)).not.toContain('MODIFIED eu');
  });

  test('rejects the cursor of a caller with other rights', async () => {
    using ofRoot = await subscribe<Watched>('root', WATCH);
    await eventually(() => changesOf(ofRoot).includes('SYNCED'));
    const after = ofRoot.events.at(-1)!.watchClusters.cursor;
    using watch = await subscribe<Watched>('ann', WATCH, { variables: { after } });
    expect(await watch.ended).toBe('INVALID_CURSOR');
  });
});
