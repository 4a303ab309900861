import type { Problem } from '../../../kernel/result.js';
import { isVirtual } from './instance-category.js';
import { validateName } from './name.rules.js';
import { type PoolConfig, type PoolConfigRequest, planPoolConfig } from './pool-config.js';
import { validatePoolConfig } from './pool-config.rules.js';
import type { InstanceTypeValue } from './version.rules.js';
import type { ContainerRuntime } from './cluster-kind.enums.js';

/** Largest accepted size of a pool. The quota of instances per scaling group limits the actual size. */
export const MAX_POOL_SIZE = 100_000;
const MAX_INSTANCE_TYPES = 20;
const MIN_VCPUS = 4;
const MIN_MEMORY_GIB = 8;

export interface AutoscalingRequest {
  readonly enabled: boolean;
  readonly minSize: number;
  readonly maxSize: number;
  readonly scaleInThreshold?: number | null | undefined;
  readonly scaleInDelaySeconds?: number | null | undefined;
}

/** Autoscaling of a pool: the column `autoscaling`. */
export interface AutoscalingPlan {
  readonly enabled: boolean;
  readonly minSize: number;
  readonly maxSize: number;
  /** Utilization in percent of a node's CPU and memory below which the node is removed. */
  readonly scaleInThreshold: number;
  readonly scaleInDelaySeconds: number;
}

/** Defaults of the Kubernetes cluster autoscaler. */
const SCALE_IN_THRESHOLD = 50;
const SCALE_IN_DELAY_SECONDS = 600;
const MAX_DELAY_SECONDS = 86_400;

export interface NodePoolRequest extends PoolConfigRequest {
  readonly name: string;
  readonly instanceTypes: readonly string[];
  readonly desiredSize?: number | null | undefined;
  readonly autoscaling?: AutoscalingRequest | null | undefined;
  readonly runtime?: ContainerRuntime | null | undefined;
  readonly gpuSharing?: boolean | null | undefined;
  readonly edgeAutonomy?: boolean | null | undefined;
}

/** A validated node pool with its defaults filled in. */
export interface NodePoolPlan {
  readonly name: string;
  readonly instanceTypes: readonly string[];
  readonly desiredSize: number;
  readonly autoscaling: AutoscalingPlan | null;
  readonly config: PoolConfig;
  readonly runtime: ContainerRuntime;
  readonly gpuSharing: boolean;
  readonly edgeAutonomy: boolean;
}

/** Whether instances of the type are large enough for nodes. */
export function fitsNode(type: InstanceTypeValue): boolean {
  return type.vcpus >= MIN_VCPUS && type.memoryGiB >= MIN_MEMORY_GIB;
}

/** Whether the pool can be the default pool: system components need instances, and virtual nodes have none. */
export function hasInstances({ instanceTypes }: { readonly instanceTypes: readonly string[] }): boolean {
  return !instanceTypes.some(isVirtual);
}

/** Index of the pool that will run the system components of a new cluster; -1: none. */
export function defaultPoolIndex(pools: readonly { readonly instanceTypes: readonly string[] }[]): number {
  return pools.findIndex(hasInstances);
}

/** Fills in the defaults of a pool. */
export function planNodePool(request: NodePoolRequest): NodePoolPlan {
  const autoscaling = planAutoscaling(request.autoscaling);
  return {
    name: request.name,
    instanceTypes: [...request.instanceTypes],
    desiredSize: request.desiredSize ?? (autoscaling?.enabled ? autoscaling.minSize : 0),
    autoscaling,
    config: planPoolConfig(request),
    runtime: request.runtime ?? 'CONTAINERD',
    gpuSharing: request.gpuSharing ?? false,
    edgeAutonomy: request.edgeAutonomy ?? false,
  };
}

/** Fills omitted autoscaling settings from the previous ones, then from the defaults. */
export function planAutoscaling(
  request: AutoscalingRequest | null | undefined,
  before?: AutoscalingPlan | null,
): AutoscalingPlan | null {
  if (!request) return before ?? null;
  const { enabled, minSize, maxSize, scaleInThreshold, scaleInDelaySeconds } = request;
  return {
    ...{ enabled, minSize, maxSize },
    scaleInThreshold: scaleInThreshold ?? before?.scaleInThreshold ?? SCALE_IN_THRESHOLD,
    scaleInDelaySeconds: scaleInDelaySeconds ?? before?.scaleInDelaySeconds ?? SCALE_IN_DELAY_SECONDS,
  };
}

/** The stored autoscaling of a pool; null when it was never set. */
export function autoscalingOf({ autoscaling }: { readonly autoscaling: unknown }): AutoscalingPlan | null {
  return planAutoscaling(autoscaling as AutoscalingRequest | null);
}

/** Validates a node pool; `path` is its path in the input. */
export function validateNodePool(
  request: NodePoolRequest,
  types: ReadonlyMap<string, InstanceTypeValue>,
  path: readonly string[],
): Problem[] {
  return [
    ...validateName(request.name, [...path, 'name']),
    ...instanceTypeProblems(request.instanceTypes, types, [...path, 'instanceTypes']),
    ...sizeProblems(request.desiredSize ?? 0, [...path, 'desiredSize']),
    ...autoscalingProblems(request, path),
    ...validatePoolConfig(request, types, path),
  ];
}

export function sizeProblems(size: number, path: readonly string[]): Problem[] {
  if (size >= 0 && size <= MAX_POOL_SIZE) return [];
  const message = `A node pool has 0 to ${MAX_POOL_SIZE} nodes, not ${size}.`;
  return [{ code: 'INVALID_INPUT', message, path }];
}

export function instanceTypeProblems(
  ids: readonly string[],
  types: ReadonlyMap<string, InstanceTypeValue>,
  path: readonly string[],
): Problem[] {
  if (ids.length < 1 || ids.length > MAX_INSTANCE_TYPES) {
    const message = `A node pool takes 1 to ${MAX_INSTANCE_TYPES} instance types, not ${ids.length}.`;
    return [{ code: 'INVALID_INPUT', message, path }];
  }
  if (ids.some(isVirtual) && ids.length > 1) {
    const message = 'A pool of virtual nodes has no other instance types.';
    return [{ code: 'INVALID_INPUT', message, path }];
  }
  return ids.flatMap((id, index) =>
    isVirtual(id) ? [] : instanceTypeProblem(id, types.get(id), [...path, String(index)]),
  );
}

/** Validates an instance type for nodes. */
export function instanceTypeProblem(
  id: string,
  type: InstanceTypeValue | undefined,
  path: readonly string[],
): Problem[] {
  if (!type)
    return [
      {
        code: 'UNKNOWN_INSTANCE_TYPE',
        message: `There is no instance type ${id.slice(0, 60)}. Query.instanceTypes lists them.`,
        path,
      },
    ];
  if (fitsNode(type)) return [];
  const message =
    `${id} has ${type.vcpus} vCPU and ${type.memoryGiB} GiB; ` +
    `nodes need at least ${MIN_VCPUS} vCPU and ${MIN_MEMORY_GIB} GiB.`;
  return [{ code: 'INSTANCE_TYPE_TOO_SMALL', message, path }];
}

/** Validates the autoscaling of a pool. */
export function autoscalingProblems(
  { autoscaling, desiredSize }: Pick<NodePoolRequest, 'autoscaling' | 'desiredSize'>,
  path: readonly string[],
): Problem[] {
  if (!autoscaling) return [];
  const { enabled, minSize, maxSize } = autoscaling;
  const autoscalingPath = [...path, 'autoscaling'];
  if (minSize < 0 || maxSize > MAX_POOL_SIZE || minSize > maxSize) {
    const message = `minSize and maxSize are from 0 to ${MAX_POOL_SIZE}, and minSize is not above maxSize.`;
    return [{ code: 'INVALID_INPUT', message, path: autoscalingPath }];
  }
  const scaleIn = scaleInProblems(autoscaling, autoscalingPath);
  if (scaleIn.length > 0) return scaleIn;
  if (!enabled || desiredSize == null || (desiredSize >= minSize && desiredSize <= maxSize)) return [];
  const message = `desiredSize is from minSize to maxSize (${minSize} to ${maxSize}), not ${desiredSize}.`;
  return [{ code: 'INVALID_INPUT', message, path: [...path, 'desiredSize'] }];
}

function scaleInProblems(
  { scaleInThreshold, scaleInDelaySeconds }: AutoscalingRequest,
  path: readonly string[],
): Problem[] {
  const problem = (field: string, most: number, value: number): Problem[] =>
    value >= 1 && value <= most
      ? []
      : [
          {
            code: 'INVALID_INPUT',
            message: `${field} is from 1 to ${most}, not ${value}.`,
            path: [...path, field],
          },
        ];
  return [
    ...(scaleInThreshold == null ? [] : problem('scaleInThreshold', 100, scaleInThreshold)),
    ...(scaleInDelaySeconds == null
      ? []
      : problem('scaleInDelaySeconds', MAX_DELAY_SECONDS, scaleInDelaySeconds)),
  ];
}
