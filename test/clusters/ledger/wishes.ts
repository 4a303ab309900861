import fc from 'fast-check';
import { faultPoints } from '../../../engine/fault-points.js';
import { Refused } from '../../../kernel/result.js';
import type { OperationService } from '../../../subgraphs/clusters/operation/operation.service.js';
import { NODE_TYPE, type World } from '../../engine/world.js';

const index = fc.nat(7);
const size = fc.nat(4);
const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('createCluster'),
      pro: fc.boolean(),
      sizes: fc.array(size, { maxLength: 3 }),
    } as const),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('createNodePool'), index, size } as const) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('scaleNodePool'), index, size: fc.nat(6) } as const),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deleteNodePool'), index } as const) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deleteCluster'), index } as const) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancelOperation'), index } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cloud'),
      failureRate: fc.constantFrom(0, 0.5, 1),
      stock: fc.constantFrom(0, 5, 2_000),
    } as const),
  },
);
export type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

const step = fc.record({
  /** Asked for at the same time. */
  actions: fc.array(action, { minLength: 1, maxLength: 2 }),
  /** Whether the step waits until the operations before it have ended, or comes in their midst. */
  patient: fc.boolean(),
  /** Where the engine dies next. */
  crashAt: fc.option(fc.constantFrom(...faultPoints.provisioning, ...faultPoints.removal), { freq: 2 }),
});

/** That many steps. */
export const sequence = (steps: number) => fc.array(step, { minLength: steps, maxLength: steps });
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

export interface Tally {
  accepted: number;
  readonly refused: Record<string, number>;
}

/** One sequence, on an account of its own. */
export interface Run {
  readonly world: World;
  readonly operations: OperationService;
  readonly actor: World['actor'];
  readonly tally: Tally;
}

let names = 0;

/** Asks for what the action says, of things that are there now; answers undefined when there are none. */
async function ask(run: Run, wish: Action): Promise<unknown> {
  if (wish.kind === 'createCluster') return createCluster(run, wish);
  if (wish.kind === 'cloud') return cloud(run.world, wish);
  const id = await target(run, wish);
  return id === undefined ? undefined : change(run, wish, id);
}

type Change = Extract<Action, { readonly index: number }>;

function change({ world, operations, actor }: Run, wish: Change, id: string): Promise<unknown> {
  switch (wish.kind) {
    case 'createNodePool': {
      const pool = { name: `pool-${++names}`, instanceTypes: [NODE_TYPE], desiredSize: wish.size };
      return world.pools.create(actor, { ...pool, clusterId: id });
    }
    case 'scaleNodePool':
      return world.pools.scale(actor, { nodePoolId: id, desiredSize: wish.size });
    case 'deleteNodePool':
      return world.pools.delete(actor, { id });
    case 'deleteCluster':
      return world.clusters.delete(actor, { id });
    case 'cancelOperation':
      return operations.cancel(actor, { id });
  }
}

/** The id of what is to be changed: one of those that are there. */
async function target(
  { world, actor: { account } }: Run,
  { kind, index }: Change,
): Promise<string | undefined> {
  const living = { where: { account, deletedAt: null }, orderBy: { id: 'asc' } } as const;
  const open = { where: { account, finishedAt: null }, orderBy: { id: 'asc' } } as const;
  const ids = async (): Promise<{ id: string }[]> => {
    if (kind === 'cancelOperation') return world.prisma.operation.findMany(open);
    const ofPool = kind === 'scaleNodePool' || kind === 'deleteNodePool';
    return ofPool ? world.prisma.nodePool.findMany(living) : world.prisma.cluster.findMany(living);
  };
  const found = await ids();
  return found[index % found.length]?.id;
}

function createCluster({ world, actor }: Run, { pro, sizes }: { pro: boolean; sizes: readonly number[] }) {
  return world.creation.create(actor, {
    name: `cluster-${++names}`,
    regionId: 'cn-hangzhou',
    type: 'MANAGED_KUBERNETES',
    spec: pro ? 'PRO' : 'STANDARD',
    nodePools: sizes.map((desiredSize, at) => ({ name: `p${at}`, instanceTypes: [NODE_TYPE], desiredSize })),
  } as Parameters<World['creation']['create']>[1]);
}

/** Sets how the cloud behaves: how many instances fail to start, and how many of a type each zone has. */
export async function cloud(
  world: World,
  { failureRate, stock }: { readonly failureRate: number; readonly stock: number },
): Promise<void> {
  const zones = (await world.prisma.zone.findMany({ where: { regionId: 'cn-hangzhou' } })).map(
    ({ id }) => id,
  );
  const stocks = Object.fromEntries(zones.map((zone) => [`${zone}/${NODE_TYPE}`, stock]));
  await world.settings({ failureRate, stock: stocks });
}

/** Asks, and counts whether it was granted; anything but a refusal is thrown. */
export async function attempt(run: Run, wish: Action): Promise<void> {
  try {
    if ((await ask(run, wish)) !== undefined) run.tally.accepted++;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code } = error.problems[0] ?? { code: 'none' };
    run.tally.refused[code] = (run.tally.refused[code] ?? 0) + 1;
  }
}
