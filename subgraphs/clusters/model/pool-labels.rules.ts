import type { ContainerRuntime } from './cluster-kind.enums.js';

/** The fields of a pool that determine labels of its nodes. */
export interface LabelledPool {
  readonly runtime: ContainerRuntime;
  readonly gpuSharing: boolean;
}

/** Node labels of the ACK documentation for sandboxed containers, and for GPU sharing with memory isolation. */
export function labelsOfKind({ runtime, gpuSharing }: LabelledPool): Record<string, string> {
  return {
    ...(runtime === 'SANDBOXED_CONTAINER_RUNV' && {
      'alibabacloud.com/sandboxed-container': 'Sandboxed-Container.runv',
    }),
    ...(gpuSharing && { 'ack.node.gpu.schedule': 'cgpu' }),
  };
}
