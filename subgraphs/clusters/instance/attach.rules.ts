import type { Machine } from '../../../engine/providers/pool-infrastructure.js';
import type { Problem } from '../../../kernel/result.js';
import { instanceTypeProblems } from '../node-pool/node-pool.rules.js';
import type { AttachMode } from '../node-pool/pool-changes.input.js';
import type { InstanceTypeValue } from '../version/version.rules.js';
import { imageProblem } from './node-image.js';

/** A machine that is to join a pool. */
export interface AttachCase {
  readonly id: string;
  /** undefined: the account has no such machine outside of clusters. */
  readonly machine: Machine | undefined;
  readonly regionId: string;
  readonly pool: { readonly instanceTypes: readonly string[] };
  readonly types: ReadonlyMap<string, InstanceTypeValue>;
  readonly input: { readonly mode: AttachMode };
}

type Refusal = Pick<Problem, 'code' | 'message'>;

/** Why a machine cannot join the pool; undefined when it can. */
export function attachProblem({
  id,
  machine,
  regionId,
  pool,
  types,
  input,
}: AttachCase): Refusal | undefined {
  if (!machine) return { code: 'NOT_FOUND', message: `There is no machine ${id} outside of clusters.` };
  if (machine.regionId !== regionId)
    return {
      code: 'INSTANCE_NOT_ATTACHABLE',
      message: `${id} is in ${machine.regionId}, the cluster in ${regionId}.`,
    };
  const [wrongType] = instanceTypeProblems([machine.instanceType], types, []);
  if (wrongType) return { code: wrongType.code, message: `${id}: ${wrongType.message}` };
  const architecture = types.get(machine.instanceType)?.architecture;
  if (types.get(pool.instanceTypes[0] ?? '')?.architecture !== architecture)
    return { code: 'INSTANCE_NOT_ATTACHABLE', message: `${id} is ${architecture}, the pool is not.` };
  // With a new system disk the machine gets the pool's operating system.
  const wrongImage = input.mode === 'MANUAL' ? imageProblem(machine.imageId, []) : undefined;
  return wrongImage && { code: wrongImage.code, message: `${id}: ${wrongImage.message}` };
}
