import type { Machine } from '../../../engine/providers/pool-infrastructure.js';
import type { Problem } from '../../../kernel/result.js';
import { instanceTypeProblems } from '../node-pool/node-pool.rules.js';
import type { AttachMode } from '../node-pool/pool-changes.input.js';
import type { InstanceTypeValue } from '../version/version.rules.js';
import type { ClusterKindName } from '../cluster-kind/cluster-kind.enums.js';
import { poolKindProblems, type PoolOfKind } from '../cluster-kind/pool-kind.rules.js';
import { isVirtual } from './machine-kind.js';
import { imageProblem } from './node-image.js';

/** A machine that is to join a pool. */
export interface AttachCase {
  readonly id: string;
  /** undefined: the account has no such machine outside of clusters. */
  readonly machine: Machine | undefined;
  readonly cluster: { readonly regionId: string; readonly kind: ClusterKindName; readonly version: string };
  readonly pool: PoolOfKind;
  readonly types: ReadonlyMap<string, InstanceTypeValue>;
  readonly input: { readonly mode: AttachMode };
}

type Refusal = Pick<Problem, 'code' | 'message'>;

/** Why a machine cannot join the pool; undefined when it can. */
export function attachProblem({ id, machine, cluster, pool, types, input }: AttachCase): Refusal | undefined {
  if (!machine) return { code: 'NOT_FOUND', message: `There is no machine ${id} outside of clusters.` };
  if (machine.regionId !== cluster.regionId)
    return unfit(`${id} is in ${machine.regionId}, the cluster in ${cluster.regionId}.`);
  const [wrongType] = instanceTypeProblems([machine.instanceType], types, []);
  if (wrongType) return { code: wrongType.code, message: `${id}: ${wrongType.message}` };
  const wrongPool = poolProblem(machine, { cluster, pool, types });
  if (wrongPool !== undefined) return unfit(`${id}: ${wrongPool}`);
  // With a new system disk the machine gets the pool's operating system.
  const wrongImage = input.mode === 'MANUAL' ? imageProblem(machine.imageId, []) : undefined;
  return wrongImage && { code: wrongImage.code, message: `${id}: ${wrongImage.message}` };
}

/** Why a machine is not of those that the pool is made of. */
function poolProblem(
  { instanceType }: Machine,
  { cluster, pool, types }: Pick<AttachCase, 'cluster' | 'pool' | 'types'>,
): string | undefined {
  if (pool.instanceTypes.some(isVirtual)) return 'A pool of virtual nodes has no machines.';
  const architecture = types.get(instanceType)?.architecture;
  if (types.get(pool.instanceTypes[0] ?? '')?.architecture !== architecture)
    return `It is ${architecture}, the pool is not.`;
  const home = { ...cluster, types };
  return poolKindProblems({ ...pool, instanceTypes: [instanceType] }, home, [])[0]?.message;
}

function unfit(message: string): Refusal {
  return { code: 'INSTANCE_NOT_ATTACHABLE', message };
}
