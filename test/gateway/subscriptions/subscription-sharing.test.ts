import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Fixture, startFixture, token, until } from '../fixtures/gateway.js';
import { type RawSocket, rawSocket } from '../fixtures/raw-socket.js';

const EVENTS = 'subscription Events($after: String) { clusterEvents(after: $after) { sequence cursor } }';
const UNMARKED = 'subscription Events($after: String) { clusterEvents(after: $after) { sequence } }';

let fixture: Fixture;
let sockets: RawSocket[];
beforeEach(async () => {
  fixture = await startFixture({ limits: { streamQueue: 4 } });
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) await socket[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

async function subscriber(
  query: string,
  variables: object = {},
  account = 'acme',
  operationName?: string,
): Promise<RawSocket> {
  const socket = await rawSocket(fixture.url);
  sockets.push(socket);
  await socket.initialise(account);
  socket.send({
    id: `id-${sockets.length}`,
    type: 'subscribe',
    payload: { query, variables, operationName },
  });
  // Messages are handled in order: after the pong the subscription has started.
  socket.send({ type: 'ping' });
  await socket.waitFor('pong');
  return socket;
}

/** Sequences of the events that a subscriber has received. */
function sequencesOf({ messages }: RawSocket): number[] {
  return messages.flatMap(({ payload }) => {
    const { data } = Object(payload) as { data?: { clusterEvents: { sequence: number } } };
    return data ? [data.clusterEvents.sequence] : [];
  });
}

function publish(count: number): void {
  for (let i = 0; i < count; i += 1) fixture.hub.publish('acme', 'c1');
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => i + first);

describe('subscribers to the same operation with the same variables and permissions', () => {
  test('share one execution and receive identical bytes except for the operation id', async () => {
    const { hub } = fixture;
    const all = [await subscriber(EVENTS)];
    await until(() => hub.listening === 1, 'the upstream');
    for (let i = 0; i < 9; i += 1) all.push(await subscriber(EVENTS));
    publish(20);
    await until(() => all.every((client) => sequencesOf(client).length === 20), 'all events');
    expect(hub.opened).toEqual([null]);
    expect(hub.pulled).toBe(20);
    for (const client of all) expect(sequencesOf(client)).toEqual(upTo(20));
  });

  test('share it independently of formatting, operation names and other definitions', async () => {
    const { hub } = fixture;
    const texts = [
      'subscription One($after: String) { clusterEvents(after: $after) { ...a ...b } } fragment a on ClusterEvent { sequence } fragment b on ClusterEvent { cursor }',
      'subscription Two($after: String)\n{ clusterEvents(after: $after) { ...a, ...b } } # as above\nfragment b on ClusterEvent { cursor } fragment a on ClusterEvent { sequence }',
      'query Other { regions { id } } subscription Three($after: String) { clusterEvents(after: $after) { ...a ...b } } fragment a on ClusterEvent { sequence } fragment b on ClusterEvent { cursor }',
    ];
    const all = [await subscriber(texts[0]!)];
    await until(() => hub.listening === 1, 'the upstream');
    all.push(await subscriber(texts[1]!), await subscriber(texts[2]!, {}, 'acme', 'Three'));
    publish(2);
    for (const client of all) await until(() => sequencesOf(client).length === 2, 'two events');
    expect(hub.opened).toEqual([null]);
  });

  test('share it independently of the form of the start position', async () => {
    const { hub } = fixture;
    publish(3);
    const variable = await subscriber(EVENTS, { after: '1' });
    const literal = await subscriber('subscription { clusterEvents(after: "2") { sequence cursor } }');
    const standard = await subscriber(EVENTS.replace('String', 'String = "2"'));
    const all = new Map([
      [variable, upTo(5, 2)],
      [literal, upTo(5, 3)],
      [standard, upTo(5, 3)],
    ]);
    await until(() => [...all.keys()].every((client) => sequencesOf(client).includes(3)), 'what has been');
    await until(() => hub.listening === 1, 'one upstream for all');
    publish(2);
    for (const [client, sequences] of all) {
      await until(() => sequencesOf(client).length === sequences.length, 'every event');
      expect(sequencesOf(client)).toEqual(sequences);
    }
  });

  test('share it and resume when the field is in a fragment', async () => {
    const { hub } = fixture;
    const query = 'subscription { ...all } fragment all on Subscription { clusterEvents { sequence } }';
    const first = await subscriber(query);
    publish(1);
    await until(() => sequencesOf(first).length === 1, 'an event');
    const second = await subscriber(query);
    publish(1);
    await until(
      () => sequencesOf(first).length === 2 && sequencesOf(second).length === 1,
      'the next for both',
    );
    expect(hub.opened).toEqual([null]);
  });

  test('do not share with other variables, other operations or another account', async () => {
    const { hub } = fixture;
    await subscriber(EVENTS);
    await subscriber(UNMARKED);
    await subscriber(EVENTS, {}, 'other');
    await until(() => hub.listening === 3, 'three upstreams');
  });

  test('continue when the first one leaves; the upstream closes with the last', async () => {
    const { hub } = fixture;
    const first = await subscriber(EVENTS);
    await until(() => hub.listening === 1, 'the upstream');
    const second = await subscriber(EVENTS);
    const third = await subscriber(EVENTS);
    publish(3);
    await until(
      () => [first, second, third].every((client) => sequencesOf(client).length === 3),
      'three events',
    );
    first.socket.terminate();
    publish(3);
    await until(() => sequencesOf(second).length === 6 && sequencesOf(third).length === 6, 'six events');
    second.send({ id: 'id-2', type: 'complete' });
    publish(3);
    await until(() => sequencesOf(third).length === 9, 'nine events');
    expect(hub.listening).toBe(1);
    expect(hub.opened).toHaveLength(1);
    third.socket.terminate();
    await until(() => hub.listening === 0, 'the end of the upstream');
    expect(sequencesOf(third)).toEqual(upTo(9));
  });

  test('share between subjects of an account only with sharedBy: account', async () => {
    await using shared = await startFixture({ sharedBy: 'account' });
    for (const [client, listening] of [
      [fixture, 2],
      [shared, 1],
    ] as const) {
      for (const subject of ['alice', 'bob']) {
        const socket = await rawSocket(client.url);
        sockets.push(socket);
        socket.send({ type: 'connection_init', payload: { token: await token('acme', { subject }) } });
        await socket.waitFor('connection_ack');
        socket.send({ id: '1', type: 'subscribe', payload: { query: EVENTS } });
        socket.send({ type: 'ping' });
        await socket.waitFor('pong');
      }
      await until(() => client.hub.opened.length === listening, `${listening} executions`);
    }
  });
});

describe('a client that joins later with a position', () => {
  test('catches up on its own execution, then joins the others without gap or duplicate', async () => {
    const { hub } = fixture;
    const early = await subscriber(EVENTS);
    publish(60);
    await until(() => sequencesOf(early).length === 60, 'sixty events');
    const late = await subscriber(EVENTS, { after: '5' });
    await until(() => sequencesOf(late).length === 55, 'what was missed');
    await until(() => hub.listening === 1, 'the private stream to be closed');
    publish(10);
    await until(() => sequencesOf(late).length === 65 && sequencesOf(early).length === 70, 'what came then');
    expect(sequencesOf(late)).toEqual(upTo(70, 6));
    expect(sequencesOf(early)).toEqual(upTo(70));
    expect(hub.opened).toEqual([null, '5']);
  });

  test('joins immediately when the others are at its position or slightly ahead', async () => {
    const { hub } = fixture;
    const early = await subscriber(EVENTS);
    publish(10);
    await until(() => sequencesOf(early).length === 10, 'ten events');
    const level = await subscriber(EVENTS, { after: '10' });
    const lagging = await subscriber(EVENTS, { after: '7' });
    publish(1);
    await until(
      () => sequencesOf(level).length === 1 && sequencesOf(lagging).length === 4,
      'the newest event',
    );
    expect(sequencesOf(lagging)).toEqual([8, 9, 10, 11]);
    expect(hub.opened).toEqual([null]);
  });

  test('shares an execution with other reconnecting clients once all have caught up', async () => {
    const { hub } = fixture;
    publish(50);
    const all: RawSocket[] = [];
    for (let i = 0; i < 8; i += 1) all.push(await subscriber(EVENTS, { after: String(i * 6) }));
    await until(() => all.every((client) => sequencesOf(client).at(-1) === 50), 'everyone to catch up');
    publish(1);
    await until(
      () => all.every((client) => sequencesOf(client).at(-1) === 51) && hub.listening === 1,
      'one execution',
    );
    all.forEach((client, i) => expect(sequencesOf(client)).toEqual(upTo(51, i * 6 + 1)));
  });

  test('catches up without requesting cursors, which the gateway adds and hides', async () => {
    const early = await subscriber(UNMARKED);
    publish(40);
    await until(() => sequencesOf(early).length === 40, 'forty events');
    const late = await subscriber(UNMARKED, { after: '2' });
    await until(() => sequencesOf(late).length === 38 && fixture.hub.listening === 1, 'to join');
    const last = late.messages.findLast(({ type }) => type === 'next');
    expect(last?.['payload']).toEqual({ data: { clusterEvents: { sequence: 40 } } });
  });

  test('joins by a caught-up bookmark while the filter matches nothing', async () => {
    const { hub } = fixture;
    hub.bookmarks = true;
    const early = await subscriber(EVENTS);
    publish(40);
    await until(() => sequencesOf(early).length === 40, 'forty events');
    await subscriber(EVENTS, { after: '39' });
    const late = await subscriber(EVENTS, { after: '1' });
    await until(() => sequencesOf(late).length === 39 && hub.listening === 1, 'to join');
    publish(1);
    await until(() => sequencesOf(late).length === 40, 'the newest');
    expect(sequencesOf(late)).toEqual(upTo(41, 2));
  });
});

test('respects a client that uses the reserved names of positions', async () => {
  const queries = [
    'subscription { clusterEvents { _position: sequence } }',
    'subscription { clusterEvents { ...it } } fragment it on ClusterEvent { _position: sequence }',
    'subscription Named($_after: String) { clusterEvents(after: $_after) { _position: sequence } }',
  ];
  const all = [];
  for (const query of queries) all.push(await subscriber(query));
  publish(1);
  for (const client of all)
    expect((await client.waitFor('next'))['payload']).toEqual({ data: { clusterEvents: { _position: 1 } } });
});

test('does not join a stream that started with a snapshot', async () => {
  const { hub } = fixture;
  publish(1);
  const query = 'subscription { clusterState }';
  const first = await subscriber(query);
  await first.waitFor('next');
  publish(1);
  await first.waitFor('next', 2);
  const second = await subscriber(query);
  expect((await second.waitFor('next'))['payload']).toEqual({ data: { clusterState: 2 } });
  await until(() => hub.listening === 2, 'two executions');
});

test('joins a stream without positions for later events', async () => {
  const { hub } = fixture;
  const query = 'subscription { ticks }';
  const first = await subscriber(query);
  await until(() => hub.listening === 1, 'the upstream');
  publish(1);
  await first.waitFor('next');
  const second = await subscriber(query);
  second.send({ type: 'ping' });
  await second.waitFor('pong');
  publish(1);
  expect((await second.waitFor('next'))['payload']).toEqual({ data: { ticks: 2 } });
  expect(hub.listening).toBe(1);
});
