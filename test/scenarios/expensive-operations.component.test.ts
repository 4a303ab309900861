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

const CLUSTERS = 12;
/** How much more CPU than a page of nodes an operation may take for a point. */
const DEARER = 10;
/** Operations of which the CPU is less say nothing of their points: milliseconds. */
const MEASURABLE = 20;

const supergraph = loadSupergraph(await committedSupergraph());
let platform: TestPlatform;
let session: GraphSession;
let operations: Map<string, string>;

beforeAll(async () => {
  platform = await startTestPlatform({ gateway: { limits: { introspection: true } } });
  session = { url: platform.url, account: 'acme' };
  await raiseQuotas(session, { 'payg-vcpu': 400 });
  const created = await Promise.all(
    Array.from({ length: CLUSTERS }, (_, index) => createCluster(session, `c-${index}`, 2)),
  );
  for (const { operationId } of created) await operationEnd(session, operationId);
  operations = new ExpensiveOperations(supergraph, await argumentsFor(created[0]?.id ?? '')).all();
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
  readonly milliseconds: number;
}

async function send(body: object): Promise<Sent> {
  const before = process.cpuUsage();
  const response = await fetch(`${platform.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await operatorToken()}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const { user, system } = process.cpuUsage(before);
  const answer = JSON.parse(text) as {
    errors?: { extensions: { code: string } }[];
    extensions?: { cost?: { actualQueryCost: number } };
  };
  return {
    bytes: Buffer.byteLength(text),
    code: answer.errors?.[0]?.extensions.code,
    points: answer.extensions?.cost?.actualQueryCost ?? 0,
    milliseconds: (user + system) / 1000,
  };
}

/** A token that may ask for every field. */
const operatorToken = () => testToken('acme', { scopes: [...accountScopes, 'fleet:admin'] });

/** The least CPU of several: whatever else goes on in the process only adds to it. */
async function cheapest(query: string, times = 3): Promise<Sent> {
  const sent: Sent[] = [];
  for (let time = 0; time < times; time += 1) sent.push(await send({ query }));
  return sent.reduce((one, other) => (other.milliseconds < one.milliseconds ? other : one));
}

/** Budgets of the work that is done while it exists. */
class SeenBudgets implements Disposable {
  readonly all = new Set<WorkBudget>();
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

  [Symbol.dispose](): void {
    Object.defineProperty(WorkBudget.prototype, 'spend', this.spend);
    Object.defineProperty(WorkBudget.prototype, 'take', this.take);
  }
}

test('a response stays within its byte limit, and a turn of the event loop within its work limit', async () => {
  expect(operations.size).toBeGreaterThan(100);
  for (const [name, query] of operations) {
    using budgets = new SeenBudgets();
    const { bytes, code } = await send({ query });
    expect([undefined, 'RESPONSE_TOO_LARGE'], name).toContain(code);
    // What is told of cost and errors comes on top of the data.
    expect(bytes, name).toBeLessThan(defaultLimits.responseBytes + 10_000);
    // One list or one object is never interrupted.
    const largest = Math.max(0, ...[...budgets.all].map((budget) => budget.largest));
    expect(largest, name).toBeLessThan(FIELDS_PER_TURN + defaultLimits.fields);
  }
}, 240_000);

test('no operation uses more than ten times the CPU per cost point of a page of nodes', async () => {
  const unit = perPoint(await cheapest(PAGE_OF_NODES));
  const dearer: Record<string, number> = {};
  for (const [name, query] of operations) {
    const isDear = (sent: Sent) => sent.milliseconds >= MEASURABLE && perPoint(sent) > DEARER * unit;
    if (!isDear(await cheapest(query))) continue;
    const sent = await cheapest(query, 20);
    if (isDear(sent)) dearer[name] = perPoint(sent) / unit;
  }
  expect(dearer).toEqual({});
}, 480_000);

const PAGE_OF_NODES =
  '{ clusters(first: 50) { nodes { id name state nodes(first: 50) { nodes { id name zone { id } } } } } }';

function perPoint({ milliseconds, points }: Sent): number {
  return milliseconds / points;
}
