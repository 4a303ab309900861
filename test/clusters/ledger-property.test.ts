import 'reflect-metadata';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setLimit } from '../../engine/ledger.js';
import { OperationService } from '../../subgraphs/clusters/operation/operation.service.js';
import { OperationStore } from '../../subgraphs/clusters/operation/operation.store.js';
import { startWorld, type World } from '../engine/world.js';
import { eventually } from '../kit/eventually.js';
import { jobsNow, ledgerUses, recount, vcpusNow } from '../kit/ledger-recount.js';
import { type Mortal, mortalEngine, mortalProcess } from './ledger/mortal-engine.js';
import { type Action, attempt, cloud, type Run, sequence, type Step, type Tally } from './ledger/wishes.js';

/** Sequences of the in-process engine, and how long each is; raise both for a longer search. */
const RUNS = 3;
const STEPS = 12;
const TIMEOUT_MS = 240_000;
/** Set to repeat what a run has found; else each run searches elsewhere. */
const SEED = process.env.LEDGER_SEED ? Number(process.env.LEDGER_SEED) : undefined;

/** Small limits, so that sequences run into them. */
const LIMITS: Readonly<Record<string, number>> = {
  'ACK_PRO/clustersPerAccount': 2,
  'ACK_STANDARD/clustersPerAccount': 2,
  'ACK_PRO/nodePoolsPerCluster': 3,
  'ACK_STANDARD/nodePoolsPerCluster': 2,
  'ACK_PRO/nodesPerCluster': 6,
  'ACK_STANDARD/nodesPerCluster': 5,
  'instances-per-scaling-group': 4,
  'load-balancers': 3,
  'payg-vcpu': 36,
};

let world: World;
let operations: OperationService;
beforeAll(async () => {
  world = await startWorld({ speed: 2_000 });
  operations = new OperationService(world.platform, new OperationStore(world.prisma));
});
afterAll(() => world[Symbol.asyncDispose]());

/** What holds at every moment: no use below 0 or above its limit, and vCPUs are those of the nodes. */
async function expectBounds({ world, actor: { account } }: Run): Promise<void> {
  for (const [key, used] of Object.entries(await ledgerUses(world.prisma, account))) {
    expect(used, key).toBeGreaterThanOrEqual(0);
    expect(used, key).toBeLessThanOrEqual(LIMITS[key.split('|')[0] ?? ''] ?? Infinity);
  }
  const { ledger, held } = await vcpusNow(world.prisma, account);
  expect(ledger, 'payg-vcpu by the ledger and by the nodes, in one snapshot').toBe(held);
}

/** Waits until nothing of it is left; what was left when it took too long is in the error. */
async function none(what: string, left: () => Promise<readonly string[]>): Promise<void> {
  let last: readonly string[] = [];
  try {
    await eventually(async () => (last = await left()).length === 0, { what: `the end of ${what}` });
  } catch (cause) {
    throw new Error(`${what} that were left: ${last.join('; ')}`, { cause });
  }
}

/** Waits until every operation has ended; the bounds hold all the while. */
function allEnded(run: Run): Promise<void> {
  const where = { account: run.actor.account, finishedAt: null };
  return none('operations', async () => {
    await expectBounds(run);
    const open = await world.prisma.operation.findMany({ where });
    if (open.length === 0) return [];
    const texts = open.map(
      ({ id, type, state, stages }) => `${id} ${type} ${state} ${JSON.stringify(stages)}`,
    );
    return [...texts, 'while these jobs waited', ...(await jobsNow(world.prisma))];
  });
}

/** What holds when nothing is under way: the ledger is what a recount gives, and each operation's counts add up. */
async function expectNoDrift(run: Run): Promise<void> {
  await allEnded(run);
  await none('jobs', () => jobsNow(world.prisma));
  const { account } = run.actor;
  expect(await ledgerUses(world.prisma, account)).toEqual(await recount(world.prisma, account));
  await expectSameCloud(account);
  for (const operation of await world.prisma.operation.findMany({ where: { account } })) {
    const { id, type, state, requested, created, failed, failures } = operation;
    if (requested === null) continue;
    const text = `${type} ${id} ${state}: ${created} + ${failed} of ${requested}`;
    const sum = (created ?? 0) + (failed ?? 0);
    if (state === 'CANCELED') expect(sum, text).toBeLessThanOrEqual(requested);
    else expect(sum, text).toBe(requested);
    if (state === 'SUCCEEDED') expect(failed, text).toBe(0);
    expect((failures as unknown[]).length, text).toBe(failed);
  }
}

/** What the cloud has is what the rows say: the instances of living clusters, nothing of those that are gone. */
async function expectSameCloud(account: string): Promise<void> {
  const { provider } = world.platform;
  for (const { id, deletedAt } of await world.prisma.cluster.findMany({ where: { account } })) {
    if (deletedAt) {
      expect(await provider.controlPlane(id), `the deleted cluster ${id}`).toBeUndefined();
      continue;
    }
    const instances = (await provider.instances(id)).filter(({ state }) => state !== 'FAILED');
    const nodes = await world.prisma.node.findMany({ where: { clusterId: id, state: { not: 'failed' } } });
    expect(instances.map((one) => one.id).sort(), id).toEqual(nodes.map((one) => one.id).sort());
  }
}

let runs = 0;

/** Carries out the steps, looks for drift, then deletes everything and looks that nothing is in use. */
async function carryOut(steps: readonly Step[], engine: Mortal, tally: Tally): Promise<void> {
  const run: Run = { world, operations, actor: { account: `account-${++runs}`, subject: 'tester' }, tally };
  const { account } = run.actor;
  for (const [resource, limit] of Object.entries(LIMITS)) {
    await setLimit(world.prisma, account, { resource, scope: '*' }, limit);
  }
  await cloud(world, { failureRate: 0, stock: 2_000 });
  await attempt(run, { kind: 'createCluster', pro: true, sizes: [2, 1] });
  for (const { actions, patient, crashAt } of steps) {
    if (patient) await allEnded(run);
    if (crashAt !== null) engine.crashAt(crashAt);
    await Promise.all(actions.map((wish) => attempt(run, wish)));
    await expectBounds(run);
  }
  await expectNoDrift(run);
  for (const { id } of await world.prisma.cluster.findMany({ where: { account, deletedAt: null } })) {
    await world.clusters.delete(run.actor, { id });
  }
  await expectNoDrift(run);
  expect(await ledgerUses(world.prisma, account)).toEqual({});
}

/** Answers what was asked for and what came of it; throws what fast-check found. */
async function search(engine: Mortal, numRuns: number): Promise<string> {
  const tally: Tally = { accepted: 0, refused: {} };
  // A failure takes long to repeat, and may not repeat: it is reported as it was found.
  await fc.assert(
    fc.asyncProperty(sequence(STEPS), (steps) => carryOut(steps, engine, tally)),
    { numRuns, endOnFailure: true, ...(SEED !== undefined && { seed: SEED }) },
  );
  return `${tally.accepted} accepted, refused ${JSON.stringify(tally.refused)}, ${engine.crashes} crashes`;
}

describe('the ledger', () => {
  it(
    `is what a recount gives after ${RUNS} random sequences of ${STEPS} steps with an engine that dies at fault points`,
    async ({ annotate }) => {
      await using engine = await mortalEngine(world);
      const summary = await search(engine, RUNS);
      await annotate(summary);
      expect(engine.crashes, summary).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it(
    `is what a recount gives after a random sequence of ${STEPS} steps with an engine process that is killed`,
    async ({ annotate }) => {
      await using engine = mortalProcess(world);
      engine.crashAt('node-pool.rows-made');
      const summary = await search(engine, 1);
      await annotate(summary);
      expect(engine.crashes, summary).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it('gives the last cluster of an account to exactly one of 50 who race for it', async () => {
    await world.limit('ACK_PRO/clustersPerAccount', 3);
    const tally: Tally = { accepted: 0, refused: {} };
    const run: Run = { world, operations, actor: world.actor, tally };
    const wish: Action = { kind: 'createCluster', pro: true, sizes: [1] };
    for (let made = 0; made < 2; made++) await attempt(run, wish);
    await Promise.all(Array.from({ length: 50 }, () => attempt(run, wish)));
    expect(tally).toEqual({ accepted: 3, refused: { QUOTA_EXCEEDED: 49 } });
    expect(await ledgerUses(world.prisma, world.actor.account)).toEqual(
      await recount(world.prisma, world.actor.account),
    );
  });
});
