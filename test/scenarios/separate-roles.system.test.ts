import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import { packageRoot } from '../../kernel/package-root.js';
import { subgraphNames } from '../../subgraphs/runtime/subgraph.js';
import { createTestDatabase } from '../kit/database.js';
import { eventually } from '../kit/eventually.js';
import { queryGraph, clusterLifecycle } from '../kit/cluster-lifecycle.js';
import { AUTH_SECRET, PLATFORM_SECRET } from '../kit/platform.js';
import { hasNatsServer, startNatsServer } from '../kit/nats-server.js';
import { type RoleProcess, startRole } from '../kit/role-process.js';
import { type ReceivedSpan, type TraceReceiver, startTraceReceiver } from '../kit/trace-receiver.js';

const stack = new AsyncDisposableStack();
let gateway: RoleProcess;
let clustersUrl: string;
let collector: TraceReceiver;
/** Metrics URLs of an engine, a gateway and a subgraph. */
const metrics = { engine: '', gateway: '', subgraph: '' };

beforeAll(async () => {
  const kit = stack.use(await createTestDatabase());
  const nats = hasNatsServer ? stack.use(await startNatsServer()) : undefined;
  collector = stack.use(await startTraceReceiver());
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_BSP_SCHEDULE_DELAY: '200',
    ...(nats && { NATS_URL: nats.url }),
    DATABASE_URL: kit.url,
    FLEETGRAPH_SECRET: PLATFORM_SECRET,
    AUTH_SECRET,
    SIMULATION_SPEED: '1000',
    DATABASE_POOL: '8',
    KUBESIM_PORT: '0',
  };
  const kubesim = stack.use(await startRole(['kubesim'], env));
  const measured = async (role: keyof typeof metrics) => {
    const port = String(await freePort());
    metrics[role] = `http://127.0.0.1:${port}/metrics`;
    return { METRICS_PORT: port };
  };
  const ofClusters = await measured('subgraph');
  const withCloud = { ...env, KUBESIM_URL: kubesim.url };
  const start = async (args: readonly string[], more = {}) =>
    stack.use(await startRole(args, { ...withCloud, ...more }));
  const [, ...subgraphs] = await Promise.all([
    start(['engine'], await measured('engine')),
    ...subgraphNames.map((name) =>
      start(['subgraph', name, '--port', '0'], name === 'clusters' ? ofClusters : {}),
    ),
  ]);
  const urls = subgraphNames.map((name, index) => `${name}=${subgraphs[index]!.url}`);
  clustersUrl = subgraphs[subgraphNames.indexOf('clusters')]!.url;
  gateway = stack.use(
    await startRole(['gateway'], {
      ...env,
      ...(await measured('gateway')),
      PORT: '0',
      SUBGRAPH_URLS: urls.join(','),
    }),
  );
}, 300_000);
afterAll(() => stack.disposeAsync());

test('runs the cluster lifecycle with every role in a separate process', async () => {
  await clusterLifecycle({ url: gateway.url, account: 'acme' }, 'apart');
});

test('a subgraph process receives the actor and the deadline of a request', async () => {
  const { viewer } = await queryGraph<{ viewer: { account: string; subject: string; expiresAt: string } }>(
    { url: gateway.url, account: 'acme' },
    '{ viewer { account subject expiresAt } }',
  );
  expect(viewer).toMatchObject({ account: 'acme', subject: 'acme-tester' });
  expect(Date.parse(viewer.expiresAt)).toBeGreaterThan(Date.now());
});

test('a subgraph rejects requests that are not signed by the gateway', async () => {
  const ask = (headers: Record<string, string>) =>
    fetch(clustersUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: '{ clusters { nodes { id } } }' }),
    });
  expect((await ask({})).status).toBe(401);
  expect((await ask({ 'x-fleetgraph-actor': 'eyJhbGciOiJub25lIn0.eyJhY2NvdW50IjoiYWNtZSJ9.' })).status).toBe(
    401,
  );
});

test('one trace spans the processes of gateway, subgraph and engine', async () => {
  const { spans } = collector;
  const services = ['fleetgraph-gateway', 'fleetgraph-subgraph-clusters', 'fleetgraph-engine'];
  // Spans of the request that the main scenario above has sent.
  await eventually(
    () =>
      spans.some(({ name, traceId }) => {
        if (name !== 'reconcile cluster') return false;
        const through = spans.filter((span) => span.traceId === traceId).map(({ service }) => service);
        return services.every((service) => through.includes(service));
      }),
    { what: 'a reconciliation of the engine in a trace with spans of gateway and subgraph' },
  );
});

test('the span of a SQL statement is a child of the request that the gateway sent to the subgraph', async () => {
  const { spans } = collector;
  const path = (span: ReceivedSpan | undefined): string[] =>
    span
      ? [
          `${span.service} ${span.name}`,
          ...path(spans.find(({ spanId, traceId }) => spanId === span.parentId && traceId === span.traceId)),
        ]
      : [];
  const subgraph = 'fleetgraph-subgraph-clusters';
  const [under] = spans
    .filter(({ service, name }) => service === subgraph && name === 'SQL INSERT')
    .map((span) => path(span))
    .filter((names) => names.includes('fleetgraph-gateway graphql mutation'));
  expect(under).toEqual([
    `${subgraph} SQL INSERT`,
    `${subgraph} subgraph clusters`,
    `${subgraph} POST /graphql`,
    'fleetgraph-gateway fetch clusters',
    'fleetgraph-gateway graphql mutation',
    'fleetgraph-gateway POST /graphql',
  ]);
});

test('docs/operations.md explains every metric of every role', async () => {
  const page = await readFile(join(packageRoot, 'docs/operations.md'), 'utf8');
  const shown = async (url: string) =>
    [...(await (await fetch(url)).text()).matchAll(/^# TYPE (fleetgraph_\w+)/gm)].map(
      ([, name = '']) => name,
    );
  for (const url of Object.values(metrics)) {
    const names = await shown(url);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  }
  const requestMetric =
    /fleetgraph_subgraph_seconds_count\{subgraph="clusters",kind="fetch",outcome="answered"\} [1-9]/;
  expect(await (await fetch(metrics.gateway)).text()).toMatch(requestMetric);
});

test('an engine serves metrics of its queue and its reconciliations on its own port', async () => {
  const text = await (await fetch(metrics.engine)).text();
  expect(text).toMatch(/fleetgraph_reconcile_seconds_count\{kind="cluster",outcome="\w+"\} [1-9]/);
  expect(text).toMatch(/fleetgraph_queue_jobs\{state="scheduled"\} \d/);
});
