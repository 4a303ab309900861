import { notFound } from '../../../engine/not-found.js';
import type { UnattachedInstance } from '../../../engine/providers/node-pool-provider.js';
import type { Problem } from '../../../kernel/result.js';
import { poolKindProblems, type PoolCluster, type PoolOfKind } from './pool-kind.rules.js';
import { instanceTypeProblems } from './node-pool.rules.js';
import type { AttachMode } from './node-pool.enums.js';
import { instanceCategory } from './instance-category.js';
import { imageProblem, osOf } from './node-image.js';

/** The pool that instances are attached to, with the fields of its cluster that the checks read. */
export interface AttachTarget extends PoolCluster {
  readonly regionId: string;
  readonly pool: PoolOfKind & { readonly imageId: string };
  /** VPC and zones of the pool's vSwitches; undefined for a cluster without a recorded network. */
  readonly network: { readonly vpcId: string; readonly zoneIds: readonly string[] } | undefined;
}

/** An instance to attach to a pool. */
export interface AttachCase {
  readonly id: string;
  /** undefined: the account has no such instance outside clusters. */
  readonly instance: UnattachedInstance | undefined;
  readonly home: AttachTarget;
  readonly mode: AttachMode;
}

type Rejection = Pick<Problem, 'code' | 'message'>;
type Check = (instance: UnattachedInstance, home: AttachTarget, mode: AttachMode) => Rejection | undefined;

/** Why an instance cannot be attached to the pool; undefined when it can. */
export function attachProblem({ id, instance, home, mode }: AttachCase): Rejection | undefined {
  if (!instance) return notFound('INSTANCE', id);
  for (const check of CHECKS) {
    const problem = check(instance, home, mode);
    if (problem) return { code: problem.code, message: `${id}: ${problem.message}` };
  }
  return undefined;
}

const isNear: Check = ({ regionId }, home) =>
  regionId === home.regionId
    ? undefined
    : { code: 'INSTANCE_NOT_ATTACHABLE', message: `It is in ${regionId}, the cluster in ${home.regionId}.` };

/** An attached instance keeps its VPC and zone, so a vSwitch of the pool must be in that zone. */
const isConnected: Check = ({ vpcId, zoneId }, { network }) => {
  if (!network) return undefined;
  if (vpcId !== undefined && vpcId !== network.vpcId)
    return { code: 'NETWORK_MISMATCH', message: `It is in ${vpcId}, the cluster in ${network.vpcId}.` };
  if (network.zoneIds.includes(zoneId)) return undefined;
  const zones = network.zoneIds.join(', ');
  return { code: 'NETWORK_MISMATCH', message: `It is in ${zoneId}, the vSwitches of the pool in ${zones}.` };
};

const isRunning: Check = ({ state }) =>
  state === 'RUNNING'
    ? undefined
    : { code: 'INSTANCE_NOT_ATTACHABLE', message: 'It is stopped; start it in the cloud first.' };

const isLargeEnough: Check = ({ instanceType }, { types }) =>
  instanceTypeProblems([instanceType], types, [])[0];

/** Applies the instance type rules of the cluster's kind, the pool's runtime and its GPU sharing. */
const isOfKind: Check = ({ instanceType }, home) =>
  poolKindProblems({ ...home.pool, instanceTypes: [instanceType] }, home, []).find(
    ({ code }) => code === 'INSTANCE_TYPE_NOT_ALLOWED',
  );

/** All nodes of a pool have the same architecture and the same kind of accelerator, or none. */
const isSameCategory: Check = ({ instanceType }, { pool, types }) => {
  const kinds = pool.instanceTypes.map((id) => categoryLabel(types.get(id)));
  const mine = categoryLabel(types.get(instanceType));
  if (kinds.includes(mine)) return undefined;
  const theirs = [...new Set(kinds)].join(', ');
  return { code: 'INSTANCE_NOT_ATTACHABLE', message: `It is ${mine}, the nodes of the pool are ${theirs}.` };
};

type Type = PoolCluster['types'] extends ReadonlyMap<string, infer T> ? T : never;

function categoryLabel(type: Type | undefined): string {
  const kind = type ? instanceCategory(type) : 'VIRTUAL';
  if (!type || kind === 'VIRTUAL') return 'virtual';
  return ['GPU', 'NPU', 'FPGA'].includes(kind) ? `${type.architecture} with ${kind}s` : type.architecture;
}

/**
 * MANUAL keeps the system disk: its operating system must support nodes and be of the pool's family. AUTO replaces it
 * with the pool's image.
 */
const hasSystem: Check = ({ imageId }, { pool }, mode) => {
  if (mode === 'AUTO') return undefined;
  const problem = imageProblem(imageId, []);
  const [mine, theirs] = [osOf(imageId), osOf(pool.imageId)];
  if (problem || mine === theirs) return problem;
  const message = `It runs ${mine}, the nodes of the pool ${theirs}; AUTO replaces that.`;
  return { code: 'OS_NOT_SUPPORTED', message };
};

const CHECKS: readonly Check[] = [
  isNear,
  isConnected,
  isRunning,
  isLargeEnough,
  isOfKind,
  isSameCategory,
  hasSystem,
];
