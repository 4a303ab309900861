import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../../kernel/log.js';
import { isTraced } from '../../kernel/tracing/span.js';
import { startTracing } from '../../kernel/tracing/start-tracing.js';
import { type ReceivedSpan, type TraceReceiver, startTraceReceiver } from '../kit/trace-receiver.js';
import { post, startFixture } from './fixtures/gateway.js';
import { openSocket } from './fixtures/socket.js';

let receiver: TraceReceiver;
beforeAll(async () => {
  receiver = await startTraceReceiver();
});
afterAll(() => receiver[Symbol.asyncDispose]());

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT = 'b7ad6b7169203331';

/** The names of a span and its ancestors, up to the first one that the receiver does not have. */
function path(spans: readonly ReceivedSpan[], span: ReceivedSpan | undefined): string[] {
  if (!span) return [];
  return [
    span.name,
    ...path(
      spans,
      spans.find(({ spanId }) => spanId === span.parentId),
    ),
  ];
}

test('continues the client’s trace through gateway, subgraph and resolver', async () => {
  {
    await using _tracing = await startTracing({ endpoint: receiver.endpoint, service: 'fleetgraph-test' });
    await using fixture = await startFixture({ mode: 'remote' });
    await post(fixture.url, '{ cluster(id: "c1") { name region { name } quotas { id } } }', {
      headers: { traceparent: `00-${TRACE}-${CLIENT}-01` },
    });
    await fetch(`${fixture.url}/healthz`);
  }
  const spans = receiver.spans.splice(0);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['fleetgraph-test']));
  const root = spans.filter(({ parentId }) => parentId === CLIENT);
  expect(root.map(({ name }) => name)).toEqual(['POST /graphql']);
  for (const name of ['clusters', 'regions', 'quotas']) {
    const subgraph = spans.find((span) => span.name === `subgraph ${name}`);
    expect(path(spans, subgraph)).toEqual([
      `subgraph ${name}`,
      'POST /graphql',
      `fetch ${name}`,
      'graphql query',
      'POST /graphql',
    ]);
  }
});

test('starts a trace for each operation on a WebSocket, also with subgraphs in the process', async () => {
  {
    await using _tracing = await startTracing({ endpoint: receiver.endpoint, service: 'fleetgraph-test' });
    await using fixture = await startFixture();
    await using socket = openSocket(fixture.url);
    await socket.client.iterate({ query: 'query Regions { regions { id } }' }).next();
  }
  const spans = receiver.spans.splice(0);
  const subgraph = spans.find(({ name }) => name === 'subgraph regions');
  expect(path(spans, subgraph)).toEqual(['subgraph regions', 'fetch regions', 'graphql query']);
});

test('traces nothing and sends no trace headers without a collector', async () => {
  expect(isTraced()).toBe(false);
  await using fixture = await startFixture({ mode: 'remote' });
  const response = await post(fixture.url, '{ regions { id } }');
  expect(response.errors).toBeUndefined();
  expect(receiver.spans).toEqual([]);
});

test('logs of gateway and subgraph carry the request id of the client', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('debug', 'test', { write: (line) => void lines.push(JSON.parse(line) as never) });
  await using fixture = await startFixture({ mode: 'remote', log, subgraphLog: log });
  const response = await post(fixture.url, '{ bug }', { headers: { 'x-request-id': 'given-by-the-client' } });
  expect(response.headers.get('x-request-id')).toBe('given-by-the-client');
  const of = lines.filter(({ requestId }) => requestId === 'given-by-the-client').map(({ msg }) => msg);
  expect(of).toContain('a request was answered');
  expect(of).toContain('a resolver failed');
});
