import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountScopes } from '../../access/scopes.js';
import { defaultLimits } from '../../gateway/request/limits/limits.js';
import { loadSupergraph } from '../../gateway/planning/plannable-supergraph.js';
import { FIELDS_PER_TURN } from '../../subgraphs/runtime/execution/lists-in-turns.js';
import { WorkBudget } from '../../kernel/fairness/work-turns.js';
import { committedSupergraph } from '../../roles/supergraph.js';
import { deploymentYaml } from '../kit/documents.js';
import { queryGraph, createCluster, operationEnd, type GraphSession } from '../kit/cluster-lifecycle.js';
import { startTestPlatform, testToken, type TestPlatform } from '../kit/platform.js';
import { raiseQuotas } from '../kit/quotas.js';
import { ExpensiveOperations } from './expensive-operations.js';
import type { FieldArguments } from './field-walk.js';

const CLUSTERS = 6;
/** Timeout of one operation in milliseconds, also on a busy machine. */
const TIMEOUT_MS = 120_000;
/** Maximum CPU per cost point of an operation, as a multiple of that of a page of nodes. */
const MAX_CPU_RATIO = 10;
/** Milliseconds of CPU below which an operation is too short to measure. */
const MEASURABLE = 20;
/** Maximum units of work, mostly fields of objects, per cost point. */
const MOST_WORK = 100;
/** Units of work below which the fixed work of a request dominates. */
const LEAST_WORK = 5_000;

const supergraph = loadSupergraph(await committedSupergraph());
let platform: TestPlatform;
let session: GraphSession;
let operations: Map<string, string>;
/** The first response of each operation, by name. */
const requests = new Map<string, Sent>();

beforeAll(async () => {
  platform = await startTestPlatform({
    gateway: { limits: { introspection: true, requestTimeout: TIMEOUT_MS, subgraphTimeout: TIMEOUT_MS } },
  });
  session = { url: platform.url, account: 'acme' };
  await raiseQuotas(session, { 'payg-vcpu': 400 });
  const created = await Promise.all(
    Array.from({ length: CLUSTERS }, (_, index) => createCluster(session, `c-${index}`, 2)),
  );
  for (const { operationId } of created) await operationEnd(session, operationId);
  operations = new ExpensiveOperations(supergraph, await argumentsFor(created[0]?.id ?? '')).all();
  for (const [name, query] of operations) requests.set(name, await send(query));
}, 240_000);
afterAll(() => platform[Symbol.asyncDispose]());

async function argumentsFor(clusterId: string): Promise<FieldArguments> {
  const { applyManifest } = await queryGraph<{ applyManifest: { workload: { id: string } } }>(
    session,
    'mutation Apply($input: ApplyManifestInput!) { applyManifest(input: $input) { workload { id } } }',
    { input: { clusterId, yaml: deploymentYaml('web', 1) } },
  );
  return {
    'Query.cluster': `id: "${clusterId}"`,
    'Query.workload': `id: "${applyManifest.workload.id}"`,
    'Query.instanceTypes': 'regionId: "cn-hangzhou"',
  };
}

interface Sent {
  readonly bytes: number;
  readonly code: string | undefined;
  readonly points: number;
  /** CPU milliseconds of this thread, which runs the gateway and the subgraphs. */
  readonly milliseconds: number;
  /** Units of work in the gateway and the subgraphs: in total, and the largest number in one turn of the event loop. */
  readonly work: { readonly total: number; readonly largestTurn: number };
}

async function send(query: string): Promise<Sent> {
  using budgets = new SeenBudgets();
  const before = process.threadCpuUsage();
  const response = await fetch(`${platform.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await operatorToken()}` },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  const { user, system } = process.threadCpuUsage(before);
  const body = JSON.parse(text) as {
    errors?: { extensions: { code: string } }[];
    extensions?: { cost?: { actualQueryCost: number } };
  };
  return {
    bytes: Buffer.byteLength(text),
    code: body.errors?.[0]?.extensions.code,
    points: body.extensions?.cost?.actualQueryCost ?? 0,
    milliseconds: (user + system) / 1000,
    work: budgets.work,
  };
}

/** A token with the scopes of every field. */
const operatorToken = () => testToken('acme', { scopes: [...accountScopes, 'fleet:admin'] });

/** Records the work budgets that are used until it is disposed. */
class SeenBudgets implements Disposable {
  private readonly all = new Set<WorkBudget>();
  private readonly spend = Object.getOwnPropertyDescriptor(WorkBudget.prototype, 'spend')!;
  private readonly take = Object.getOwnPropertyDescriptor(WorkBudget.prototype, 'take')!;

  constructor() {
    const { all } = this;
    for (const name of ['spend', 'take'] as const) {
      const original = this[name].value as (this: WorkBudget, units: number) => unknown;
      const value = function (this: WorkBudget, units: number) {
        all.add(this);
        return original.call(this, units);
      };
      Object.defineProperty(WorkBudget.prototype, name, { ...this[name], value });
    }
  }

  get work(): Sent['work'] {
    const budgets = [...this.all];
    return {
      total: budgets.reduce((sum, { total }) => sum + total, 0),
      largestTurn: Math.max(0, ...budgets.map(({ largest }) => largest)),
    };
  }

  [Symbol.dispose](): void {
    Object.defineProperty(WorkBudget.prototype, 'spend', this.spend);
    Object.defineProperty(WorkBudget.prototype, 'take', this.take);
  }
}

test('limits the bytes of a response, the work per turn of the event loop and the work per point of cost', async () => {
  expect(operations.size).toBeGreaterThan(100);
  for (const [name, sent] of requests) {
    expect([undefined, 'RESPONSE_TOO_LARGE'], name).toContain(sent.code);
    // The limit excludes extensions and errors.
    expect(sent.bytes, name).toBeLessThan(defaultLimits.responseBytes + 10_000);
    // One list or one object is never interrupted.
    expect(sent.work.largestTurn, name).toBeLessThan(FIELDS_PER_TURN + defaultLimits.fields);
    if (sent.work.total >= LEAST_WORK) expect(sent.work.total / sent.points, name).toBeLessThan(MOST_WORK);
  }
});

test('no operation uses more than ten times the CPU per cost point of a page of nodes', async () => {
  const unit = perPoint(await cheapest(PAGE_OF_NODES, 3));
  const dearer: Record<string, number> = {};
  for (const [name, query] of operations) {
    const isDear = (sent: Sent) => sent.milliseconds >= MEASURABLE && perPoint(sent) > MAX_CPU_RATIO * unit;
    // Compilation and garbage collection only add CPU time, so the cheapest of up to twenty-one requests counts.
    let sent = requests.get(name)!;
    for (let time = 0; time < 20 && isDear(sent); time += 1) sent = await send(query);
    if (isDear(sent)) dearer[name] = perPoint(sent) / unit;
  }
  expect(dearer).toEqual({});
}, 480_000);

const PAGE_OF_NODES =
  '{ clusters(first: 50) { nodes { id name state nodes(first: 50) { nodes { id name zone { id } } } } } }';

/** The run with the least CPU: garbage collection and compilation only add CPU time. */
async function cheapest(query: string, times: number): Promise<Sent> {
  const sent: Sent[] = [];
  for (let time = 0; time < times; time += 1) sent.push(await send(query));
  return sent.reduce((fastest, other) => (other.milliseconds < fastest.milliseconds ? other : fastest));
}

function perPoint({ milliseconds, points }: Sent): number {
  return milliseconds / points;
}
