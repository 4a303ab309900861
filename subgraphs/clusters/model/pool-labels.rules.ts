import type { ContainerRuntime } from './cluster-kind.enums.js';

/** What of a pool its instances must know to be what the pool promises. */
export interface LabelledPool {
  readonly runtime: ContainerRuntime;
  readonly gpuSharing: boolean;
}

/** Labels by which nodes run pods in light virtual machines, and share their GPUs by memory with isolation. */
export function labelsOfKind({ runtime, gpuSharing }: LabelledPool): Record<string, string> {
  return {
    ...(runtime === 'SANDBOXED_CONTAINER_RUNV' && {
      'alibabacloud.com/sandboxed-container': 'Sandboxed-Container.runv',
    }),
    ...(gpuSharing && { 'ack.node.gpu.schedule': 'cgpu' }),
  };
}
