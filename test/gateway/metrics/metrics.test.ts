import { expect, test } from 'vitest';
import { eventually } from '../../kit/eventually.js';
import { post, startFixture, until } from '../fixtures/gateway.js';
import { startFaultySubgraph } from '../fixtures/faulty-subgraph.js';
import { type RawSocket, rawSocket } from '../fixtures/raw-socket.js';
import { openSocket } from '../fixtures/socket.js';

async function scrape(url: string | undefined): Promise<Map<string, number>> {
  const response = await fetch(url ?? '');
  expect(response.headers.get('content-type')).toContain('text/plain');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

test('counts requests, cost, plans, sockets, subscriptions and events', async () => {
  await using fixture = await startFixture({ metricsPort: 0 });
  const { metricsUrl } = fixture.gateway;
  await post(fixture.url, '{ regions { id } }');
  await post(fixture.url, '{ regions { id } }');
  await post(fixture.url, '{ nothing }');
  await post(fixture.url, '{ regions { id } }', { bearer: null });
  await post(fixture.url, 'mutation { rename(name: "n") { id } }');
  const once = await scrape(metricsUrl);
  expect(once.get('fleetgraph_requests_total{operation="query",code="OK"}')).toBe(2);
  expect(once.get('fleetgraph_requests_total{operation="mutation",code="OK"}')).toBe(1);
  expect(once.get('fleetgraph_requests_total{operation="none",code="GRAPHQL_VALIDATION_FAILED"}')).toBe(1);
  expect(once.get('fleetgraph_requests_total{operation="none",code="UNAUTHENTICATED"}')).toBe(1);
  expect(once.get('fleetgraph_request_seconds_count{operation="query"}')).toBe(2);
  expect(
    once.get('fleetgraph_subgraph_seconds_count{subgraph="regions",kind="fetch",outcome="answered"}'),
  ).toBe(2);
  expect(once.get('fleetgraph_cost_points_total{operation="query"}')).toBe(4);
  expect(once.get('fleetgraph_cost_points_total{operation="mutation"}')).toBe(300);
  expect(once.get('fleetgraph_plans_total{cache="hit"}')).toBe(1);
  expect(once.get('fleetgraph_plans_total{cache="miss"}')).toBe(2);

  const socket = openSocket(fixture.url);
  const events = socket.client.iterate({ query: 'subscription { clusterEvents { cursor } }' });
  const first = events.next();
  await until(() => fixture.hub.listening === 1, 'the subscription');
  fixture.hub.publish('acme', 'c1');
  await first;
  const during = await scrape(metricsUrl);
  expect(during.get('fleetgraph_sockets')).toBe(1);
  expect(during.get('fleetgraph_subscriptions')).toBe(1);
  expect(during.get('fleetgraph_events_delivered_total')).toBe(1);
  expect(during.get('fleetgraph_events_dropped_total')).toBe(0);
  expect(during.get('fleetgraph_subscription_lag_events')).toBe(0);
  await socket[Symbol.asyncDispose]();
  await until(() => fixture.hub.listening === 0, 'the end of the subscription');
  await eventually(async () => {
    const after = await scrape(metricsUrl);
    return after.get('fleetgraph_sockets') === 0 && after.get('fleetgraph_subscriptions') === 0;
  });
});

test('counts unknown error codes of subgraphs under one label', async () => {
  await using faulty = await startFaultySubgraph('');
  await using fixture = await startFixture({
    mode: 'remote',
    metricsPort: 0,
    passThroughErrors: true,
    subgraphUrls: { quotas: faulty.url },
  });
  faulty.behavior = 'answers';
  for (const code of ['MADE_UP_1', 'MADE_UP_2', 'FORBIDDEN']) {
    faulty.response = JSON.stringify({ data: null, errors: [{ message: 'no', extensions: { code } }] });
    expect((await post(fixture.url, '{ quotas { id } }')).errors).toMatchObject([{ extensions: { code } }]);
  }
  const figures = [...(await scrape(fixture.gateway.metricsUrl))];
  expect(
    figures
      .filter(([name]) => name.startsWith('fleetgraph_requests_total'))
      .map(([name, count]) => [name.split('code=')[1], count]),
  ).toEqual([
    ['"FOREIGN"}', 2],
    ['"FORBIDDEN"}', 1],
  ]);
});

test('serves metrics on a separate port, and only when configured', async () => {
  await using without = await startFixture();
  expect(without.gateway.metricsUrl).toBeUndefined();
  await using fixture = await startFixture({ metricsPort: 0 });
  const { origin } = new URL(fixture.gateway.metricsUrl ?? '');
  expect(origin).not.toBe(new URL(fixture.url).origin);
  expect((await fetch(`${origin}/graphql`)).status).toBe(404);
  expect((await fetch(`${fixture.url}/metrics`)).status).toBe(404);
});

test('reports the lag of a client that does not read until it has caught up, without dropping events', async () => {
  await using fixture = await startFixture({ metricsPort: 0, limits: { streamQueue: 4 } });
  const { metricsUrl } = fixture.gateway;
  const lag = async () => (await scrape(metricsUrl)).get('fleetgraph_subscription_lag_events') ?? NaN;
  const query = 'subscription Padded($after: String) { clusterEvents(after: $after) { cursor padding } }';
  await using fast = await rawSocket(fixture.url);
  await using slow = await rawSocket(fixture.url);
  for (const socket of [fast, slow]) {
    await socket.initialise();
    socket.send({ id: '1', type: 'subscribe', payload: { query } });
    // Messages are handled in order: after the pong the subscription has started.
    socket.send({ type: 'ping' });
    await socket.waitFor('pong');
  }
  const eventCount = (socket: RawSocket) => socket.messages.filter(({ type }) => type === 'next').length;
  fixture.hub.publish('acme', 'c1');
  await until(() => eventCount(fast) === 1 && eventCount(slow) === 1, 'the first event');
  slow.socket.pause();
  for (let count = 0; count < 60; count += 1) fixture.hub.publish('acme', 'c1');
  await until(() => eventCount(fast) === 61, 'the fast one to get everything');
  // Network buffers, whose sizes vary, hold some of the events; the queue holds four.
  expect(await lag()).toBeGreaterThan(4);
  slow.socket.resume();
  await until(() => eventCount(slow) === 61, 'the slow one to get everything');
  await eventually(async () => (await lag()) === 0, { what: 'no lag' });
  expect((await scrape(metricsUrl)).get('fleetgraph_events_dropped_total')).toBe(0);
});

test('counts an event as dropped when a client without cursors is too slow for it', async () => {
  await using fixture = await startFixture({ metricsPort: 0, limits: { streamQueue: 4 } });
  await using fast = await rawSocket(fixture.url);
  await using slow = await rawSocket(fixture.url);
  for (const socket of [fast, slow]) {
    await socket.initialise();
    socket.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { bulk }' } });
    // Messages are handled in order: after the pong the subscription has started.
    socket.send({ type: 'ping' });
    await socket.waitFor('pong');
  }
  const eventCount = (socket: RawSocket) => socket.messages.filter(({ type }) => type === 'next').length;
  await until(() => fixture.hub.listening === 1, 'the upstream');
  fixture.hub.publish('acme', 'c1');
  await until(() => eventCount(fast) === 1 && eventCount(slow) === 1, 'the first event');
  slow.socket.pause();
  for (let count = 0; count < 60; count += 1) fixture.hub.publish('acme', 'c1');
  await until(() => eventCount(fast) === 61, 'the fast one to get everything');
  slow.socket.resume();
  expect(await slow.waitFor('error')).toMatchObject({ payload: [{ extensions: { code: 'SLOW_CONSUMER' } }] });
  expect((await scrape(fixture.gateway.metricsUrl)).get('fleetgraph_events_dropped_total')).toBe(1);
});
