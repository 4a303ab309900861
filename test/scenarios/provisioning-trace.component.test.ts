import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../../kernel/log.js';
import { packageRoot } from '../../kernel/package-root.js';
import { startTracing } from '../../kernel/tracing/start-tracing.js';
import { eventually } from '../kit/eventually.js';
import * as documents from '../kit/documents.js';
import { operationEnd } from '../kit/cluster-lifecycle.js';
import {
  AUTH_SECRET,
  PLATFORM_SECRET,
  type TestPlatform,
  startTestPlatform,
  testToken,
} from '../kit/platform.js';
import { record } from '../kit/subscribe.js';
import { type ReceivedSpan, startTraceReceiver } from '../kit/trace-receiver.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CLIENT = '00f067aa0ba902b7';
const REQUEST = 'the-request-of-the-test';

const lines: Record<string, unknown>[] = [];
let all: readonly ReceivedSpan[];
let spans: readonly ReceivedSpan[];
let metrics: string;
/** Secrets and tokens of the platform that must not appear in spans, logs or metrics. */
const secrets: string[] = [];

/** Creates a cluster on a platform whose spans, logs and metrics the tests inspect. */
beforeAll(async () => {
  await using receiver = await startTraceReceiver();
  {
    await using _tracing = await startTracing({ endpoint: receiver.endpoint, service: 'fleetgraph' });
    const log = createLog('debug', 'test', {
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    });
    await using platform = await startTestPlatform({ log, gateway: { metricsPort: 0 } });
    using eventStream = await record<{ provisioningEvents: { type: string } }>(platform.url, {
      query: documents.PROVISIONING,
    });
    // Messages are handled in order, and a socket is acknowledged before it subscribes.
    await eventually(async () => (await readers(platform)) > 0, { what: 'the subscription' });
    const { cluster, operation, recording } = await beforeTheCloud(platform, async () => {
      const created = await create(platform.url);
      const recording = await record(platform.url, {
        query: 'subscription Progress($id: ID!) { operationProgress(id: $id) { id state } }',
        variables: { id: created.operation },
      });
      await eventually(() => recording.events.length > 0, { what: 'how far the operation is' });
      return { ...created, recording };
    });
    using progress = recording;
    await operationEnd({ url: platform.url, account: 'acme' }, operation);
    await progress.ended;
    await eventually(
      () => eventStream.events.some(({ provisioningEvents: { type } }) => type === 'OPERATION_SUCCEEDED'),
      { what: 'the last event' },
    );
    const { data } = await platform.request<{ cluster: { kubeconfig: { yaml: string } } }>(
      documents.KUBECONFIG,
      { id: cluster },
    );
    secrets.push(AUTH_SECRET, PLATFORM_SECRET, ...tokensIn(data?.cluster.kubeconfig.yaml ?? ''));
    metrics = await (await fetch(platform.metricsUrl ?? '')).text();
  }
  all = receiver.spans;
  spans = all.filter(({ traceId }) => traceId === TRACE);
});
afterAll(() => void lines.splice(0));

/** Runs `work` while the simulated cloud cannot store a cluster, so that no creation finishes. */
async function beforeTheCloud<T>({ kit }: TestPlatform, work: () => Promise<T>): Promise<T> {
  const blocker = await kit.database.pool.connect();
  try {
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE kubesim.cluster IN EXCLUSIVE MODE');
    return await work();
  } finally {
    await blocker.query('ROLLBACK');
    blocker.release();
  }
}

/** Number of streams that follow the platform's event log. */
async function readers({ metricsUrl = '' }: TestPlatform): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  return Number(/^fleetgraph_event_log_readers (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** The credentials in a kubeconfig. */
function tokensIn(yaml: string): string[] {
  return [...yaml.matchAll(/^\s*(?:token|client-key-data): (\S+)$/gm)].map(([, token = '']) => token);
}

async function create(url: string): Promise<{ readonly cluster: string; readonly operation: string }> {
  const input = {
    name: 'traced',
    regionId: 'cn-hangzhou',
    type: 'MANAGED_KUBERNETES',
    spec: 'PRO',
    nodePools: [{ name: 'default', instanceTypes: ['ecs.g7.xlarge'], desiredSize: 1 }],
    clientToken: 'create-traced',
  };
  const token = await testToken();
  secrets.push(token);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      traceparent: `00-${TRACE}-${CLIENT}-01`,
      'x-request-id': REQUEST,
    },
    body: JSON.stringify({ query: documents.CREATE_CLUSTER, variables: { input } }),
  });
  const text = await response.text();
  const { data } = JSON.parse(text) as {
    data: { createCluster: { cluster: { id: string } | null; operation: { id: string } | null } } | null;
  };
  const { cluster, operation } = data?.createCluster ?? {};
  if (!cluster || !operation) throw new Error(text);
  return { cluster: cluster.id, operation: operation.id };
}

/** The names of a span and its ancestors. */
function path(span: ReceivedSpan | undefined): string[] {
  return span ? [span.name, ...path(spans.find(({ spanId }) => spanId === span.parentId))] : [];
}

describe('trace of a provisioning', () => {
  test('contains the mutation, its subgraph and its statements', () => {
    const insert = spans.find((span) => span.name === 'SQL INSERT' && path(span)[1] === 'subgraph clusters');
    expect(path(insert)).toEqual([
      'SQL INSERT',
      'subgraph clusters',
      'fetch clusters',
      'graphql mutation',
      'POST /graphql',
    ]);
    expect(spans.filter(({ parentId }) => parentId === CLIENT).map(({ name }) => name)).toEqual([
      'POST /graphql',
    ]);
  });

  test.each(['cluster', 'node-pool'])('contains reconciliations of kind %s', (kind) => {
    const span = spans.find(({ name }) => name === `reconcile ${kind}`);
    expect(path(span).at(0)).toBe(`reconcile ${kind}`);
    expect(path(span).at(-1)).toBe('POST /graphql');
  });

  test('has statements of the engine as children of their reconciliation', () => {
    const under = spans.filter(({ name }) => name.startsWith('SQL ')).map((span) => path(span)[1] ?? '');
    expect(under.filter((name) => name.startsWith('reconcile '))).not.toEqual([]);
  });
});

test('traces the delivery of an engine event as a child of its reconciliation', () => {
  const delivered = spans.filter(({ name }) => name === 'deliver event').map((span) => path(span));
  const [delivery] = delivered.filter((names) => names.some((name) => name.startsWith('reconcile ')));
  expect(delivery?.slice(0, 2)).toEqual(['deliver event', 'event clusters']);
  expect(delivery?.[2]).toMatch(/^(SQL|reconcile) /);
  expect(delivery?.at(-1)).toBe('POST /graphql');
  // The gateway's requests to other subgraphs for an event are children of its delivery.
  const fetched = spans.filter(({ name }) => name.startsWith('fetch ')).map((span) => path(span)[1]);
  expect(fetched).toContain('deliver event');
});

test('traces the progress of an operation as a child of its reconciliation', () => {
  const deliveries = spans.filter(
    ({ name, attributes }) => name === 'deliver event' && attributes['graphql.operation.name'] === 'Progress',
  );
  expect(deliveries).not.toEqual([]);
  for (const span of deliveries) {
    expect(path(span).slice(0, 2)).toEqual(['deliver event', 'event clusters']);
    expect(path(span).at(-1)).toBe('POST /graphql');
  }
});

test('logs the request id of the client in gateway, subgraph and engine', () => {
  const messages = lines.filter(({ requestId }) => requestId === REQUEST).map(({ msg }) => msg);
  expect(messages).toContain('a request was answered');
  expect(messages).toContain('a request was executed');
  expect(messages).toContain('reconcile finished');
});

test('neither logs secrets nor sends them to the collector', () => {
  expect(secrets.length).toBeGreaterThanOrEqual(4);
  const output = JSON.stringify([lines, all]);
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(8);
    expect(output).not.toContain(secret);
  }
});

test('serves metrics of gateway, engine and event log in one process', () => {
  expect(metrics).toMatch(/fleetgraph_requests_total\{operation="mutation",code="OK"\} 1/);
  expect(metrics).toMatch(/fleetgraph_reconcile_seconds_count\{kind="cluster",outcome="\w+"\} [1-9]/);
  expect(metrics).toMatch(/fleetgraph_queue_jobs\{state="due"\} \d/);
  expect(metrics).toMatch(/fleetgraph_queue_oldest_due_seconds [\d.]+/);
  expect(metrics).toMatch(/fleetgraph_event_log_lag_events \d/);
  expect(metrics).toMatch(/fleetgraph_event_log_readers \d/);
  expect(metrics).toMatch(/process_cpu_seconds_total/);
});

test('documents each metric on the operations page', async () => {
  const page = await readFile(join(packageRoot, 'docs/operations.md'), 'utf8');
  const names = [...metrics.matchAll(/^# TYPE (fleetgraph_\w+)/gm)].map(([, name]) => name ?? '');
  expect(names).not.toEqual([]);
  expect(names.filter((name) => !page.includes(`\`${name}`))).toEqual([]);
});
